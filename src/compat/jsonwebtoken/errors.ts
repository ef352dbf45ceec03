/**
 * A token that was refused. As in jsonwebtoken, name and message are the error's own enumerable members, because
 * applications answer with `res.json(error)`.
 */
export class JsonWebTokenError extends Error {
  /** What was thrown before, where there was something. */
  declare inner: Error;

  constructor(message: string, error?: Error) {
    super();
    this.name = "JsonWebTokenError";
    this.message = message;
    if (error) this.inner = error;
  }
}

/** A token that has expired: by its `exp`, or by the verifier's `maxAge`. */
export class TokenExpiredError extends JsonWebTokenError {
  expiredAt: Date;

  constructor(message: string, expiredAt: Date) {
    super(message);
    this.name = "TokenExpiredError";
    this.expiredAt = expiredAt;
  }
}

/** A token that is not good yet: its `nbf` lies ahead. */
export class NotBeforeError extends JsonWebTokenError {
  date: Date;

  constructor(message: string, date: Date) {
    super(message);
    this.name = "NotBeforeError";
    this.date = date;
  }
}
