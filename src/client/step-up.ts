/** What a route asks for that wants a fresher or a stronger sign-in (RFC 9470). Undefined where it does not ask for it. */
export interface StepUpChallenge {
  /** The sign-in must be at most so many seconds old. */
  readonly maxAgeSeconds: number | undefined;
  /** At least this assurance level, such as `aal2`. */
  readonly assuranceLevel: string | undefined;
  /** All of these methods, such as `otp`. */
  readonly methods: readonly string[] | undefined;
}

/** Reads the challenge of an answer with the code `step_up_required`. From other origins it can be read only if CORS exposes it. */
export function stepUpChallengeOf(headers: Headers): StepUpChallenge {
  const challenge = headers.get("www-authenticate") ?? "";
  const parameter = (name: string): string | undefined =>
    new RegExp(`\\b${name}="([^"]*)"`).exec(challenge)?.[1];
  const maxAge = parameter("max_age");
  return {
    maxAgeSeconds: maxAge === undefined ? undefined : Number(maxAge),
    assuranceLevel: parameter("acr_values"),
    methods: parameter("amr_values")?.split(" "),
  };
}
