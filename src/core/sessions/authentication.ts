/** One way in which a user was recognised, and when. */
export interface AuthenticationMethod {
  /** An authentication method reference of RFC 8176, such as `pwd`, `otp` or `hwk`. */
  readonly method: string;
  /** Milliseconds since the epoch. */
  readonly authenticatedAt: number;
}

/** Authenticator assurance level of NIST SP 800-63B. */
export type AssuranceLevel = "aal1" | "aal2" | "aal3";
