import jwt, {
  type JwtPayload,
  type Secret,
  type SignOptions,
  type VerifyErrors,
} from "jsonwebtoken";
import * as all from "jsonwebtoken";

const { JsonWebTokenError, NotBeforeError, sign, TokenExpiredError, verify } = jwt;

/** The ways of writing it that are found in applications; types are half of what is tried here. */
interface User extends JwtPayload {
  id: string;
  roles: string[];
}

const secret: Secret = "a secret of more than thirty-two characters";
const options: SignOptions = { algorithm: "HS256", expiresIn: "2 days", issuer: "us" };

/** Everything once; answers what can be compared. */
export async function run(): Promise<readonly unknown[]> {
  const token: string = jwt.sign({ id: "1", roles: ["clerk"] }, secret, options);
  const user = verify(token, secret) as User;
  const anything = verify(token, secret) as jwt.JwtPayload;
  const role: string = anything["roles"][0].toUpperCase();
  const whole: jwt.Jwt = jwt.verify(token, secret, { complete: true, issuer: ["us", "them"] });
  const decoded: null | all.JwtPayload | string = all.decode(token);
  const algorithm: jwt.Algorithm = "HS256";
  const verifyOptions: jwt.VerifyOptions = { algorithms: [algorithm], audience: [/a/, "b"] };
  const getKey: jwt.GetPublicKeyOrSecret = (header, callback) => {
    callback(null, header.alg === "HS256" ? secret : undefined);
  };
  return [
    user.id,
    role,
    whole.header.alg,
    typeof decoded === "object" && decoded?.iss,
    failureOf(() => jwt.verify(token, secret, verifyOptions)),
    failureOf(() => verify(sign({ exp: 1 }, secret), secret)),
    failureOf(() => verify(sign({ nbf: 9e9 }, secret), secret)),
    await asked(token, getKey),
    await signedLater(),
  ];
}

function failureOf(call: () => unknown): string {
  try {
    call();
  } catch (error) {
    if (error instanceof TokenExpiredError) return `${error.name} ${error.expiredAt.getTime()}`;
    if (error instanceof NotBeforeError) return `${error.name} ${error.date.getTime()}`;
    if (error instanceof JsonWebTokenError) return `${error.name} ${error.message}`;
  }
  return "none";
}

function asked(token: string, getKey: jwt.GetPublicKeyOrSecret): Promise<string> {
  return new Promise((resolve) => {
    jwt.verify(token, getKey, (error: VerifyErrors | null, payload) => {
      const found = payload as User | undefined;
      resolve(error?.message ?? found?.id ?? "nothing");
    });
  });
}

function signedLater(): Promise<number | undefined> {
  return new Promise((resolve, reject) => {
    const done: jwt.SignCallback = (error, token) =>
      error ? reject(error) : resolve(token?.length);
    jwt.sign("text", secret, { algorithm: "HS512" }, done);
  });
}
