/**
 * Random bytes from a stock: asking the system takes longer than everything else about a token but its signature. Only for what is
 * no secret, such as ids that must differ: the bytes lie in memory before they are used, and again in a copy of the machine.
 */
export function pooledRandom(random: (length: number) => Uint8Array): typeof random {
  let stock = new Uint8Array(0);
  let taken = 0;
  return (length) => {
    if (taken + length > stock.length) {
      // What was handed out before keeps its own bytes.
      stock = Uint8Array.from(random(Math.max(stockBytes, length)));
      taken = 0;
    }
    taken += length;
    return stock.subarray(taken - length, taken);
  };
}

const stockBytes = 1024;
