import { decode } from "./jsonwebtoken/decode.ts";
import { JsonWebTokenError, NotBeforeError, TokenExpiredError } from "./jsonwebtoken/errors.ts";
import { signAsync, verifyAsync } from "./jsonwebtoken/promises.ts";
import { sign } from "./jsonwebtoken/sign.ts";
import type * as types from "./jsonwebtoken/types.ts";
import { verify } from "./jsonwebtoken/verify.ts";

export { decode, JsonWebTokenError, NotBeforeError, sign, TokenExpiredError, verify };
export { signAsync, verifyAsync };
export type * from "./jsonwebtoken/types.ts";

/** What `import jwt from` and `require()` answer: an object that tests may replace functions in, as in jsonwebtoken's. */
const jwt: {
  decode: typeof decode;
  verify: typeof verify;
  sign: typeof sign;
  signAsync: typeof signAsync;
  verifyAsync: typeof verifyAsync;
  JsonWebTokenError: typeof JsonWebTokenError;
  NotBeforeError: typeof NotBeforeError;
  TokenExpiredError: typeof TokenExpiredError;
} = {
  decode,
  verify,
  sign,
  signAsync,
  verifyAsync,
  JsonWebTokenError,
  NotBeforeError,
  TokenExpiredError,
};

/** So that `jwt.JwtPayload` and the others are types, too. */
declare namespace jwt {
  export type Algorithm = types.Algorithm;
  export type DecodeOptions = types.DecodeOptions;
  export type GetPublicKeyOrSecret = types.GetPublicKeyOrSecret;
  export type Jwt = types.Jwt;
  export type JwtHeader = types.JwtHeader;
  export type JwtPayload = types.JwtPayload;
  export type PrivateKey = types.PrivateKey;
  export type PublicKey = types.PublicKey;
  export type Secret = types.Secret;
  export type SignCallback = types.SignCallback;
  export type SigningKeyCallback = types.SigningKeyCallback;
  export type SignOptions = types.SignOptions;
  export type VerifyCallback<T = Jwt | JwtPayload | string> = types.VerifyCallback<T>;
  export type VerifyErrors = types.VerifyErrors;
  export type VerifyOptions = types.VerifyOptions;
  export type JsonWebTokenError = InstanceType<typeof jwt.JsonWebTokenError>;
  export type NotBeforeError = InstanceType<typeof jwt.NotBeforeError>;
  export type TokenExpiredError = InstanceType<typeof jwt.TokenExpiredError>;
}

export default jwt;
export { jwt as "module.exports" };
