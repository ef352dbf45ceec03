import type * as RevocationLogModule from "../../../src/core/revocation/revocation-log.ts";
import type * as ResumeModule from "../../../src/core/sessions/resume.ts";
