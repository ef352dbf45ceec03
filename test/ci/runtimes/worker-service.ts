/** The service as a worker, without Node compatibility. */
import { makeService } from "./service.ts";

interface Environment {
  readonly ISSUER: string;
  readonly CLIENT_SECRET: string;
}

let service: ReturnType<typeof makeService> | undefined;

export default {
  fetch(request: Request, { ISSUER, CLIENT_SECRET }: Environment): Promise<Response> {
    service ??= makeService(ISSUER, CLIENT_SECRET);
    return service(request);
  },
};
