/**
 * Runs the inputs with so many in flight at once. What waits for the event loop costs less in company; a server under load
 * has company.
 */
export async function inFlight<Input>(
  inputs: readonly Input[],
  width: number,
  run: (input: Input) => Promise<void>,
): Promise<void> {
  let next = 0;
  const lane = async (): Promise<void> => {
    while (next < inputs.length) await run(inputs[next++] as Input);
  };
  await Promise.all(Array.from({ length: Math.min(width, inputs.length) }, lane));
}
