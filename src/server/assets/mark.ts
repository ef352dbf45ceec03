/** The outline of the token's halves in a square of 64: one line of fracture, walked from both sides. */
export const markHalves: Readonly<{ left: string; right: string }> = {
  left: "M34.5 2.1A30 30 0 0 0 28.5 61.8L26.5 52L34.5 43.5L24.5 33.5L35.5 22L27.5 13Z",
  right: "M39 2.8A30 30 0 0 1 33 62L31 52.5L39 44L29 33.5L40 22L32 12.8Z",
};

/** The mark as a file, in colours that hold on light and dark browser tabs. */
export const favicon: string = [
  `<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 64 64">`,
  `<path fill="#2b8a7b" d="${markHalves.left}"/>`,
  `<path fill="#d2774c" d="${markHalves.right}"/>`,
  `</svg>`,
].join("");
