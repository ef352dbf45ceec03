/** Colours, type, the frame of every page. */
export const baseStyles: string = /* css */ `
:root {
  color-scheme: light dark;

  --paper: #f8f5ee;
  --raised: #fffdf9;
  --ink: #1d2426;
  --soft: #596165;
  --line: #ded7c9;
  --edge: #8a8273;
  --bronze: #17655b;
  --bronze-strong: #0f4f47;
  --on-bronze: #ffffff;
  --clay: #a8492a;
  --wrong: #a3211d;
  --wrong-paper: #fbeae6;
  --well-paper: #e6f0ea;
  --focus: #1d2426;

  --deep: #123c3a;
  --on-deep: #f3ead9;
  --token-left: #c9773f;
  --token-right: #d9965c;
  --token-shade: #0a2827;
  --token-line: #7c3f1c;

  --sans: system-ui, -apple-system, "Segoe UI", Roboto, "Noto Sans", "Liberation Sans", sans-serif;
  --serif: "Iowan Old Style", "Palatino Linotype", Palatino, "URW Palladio L", "Noto Serif", "Liberation Serif", serif;
  --mono: ui-monospace, "SF Mono", "Cascadia Mono", Menlo, Consolas, "Liberation Mono", monospace;

  --gutter: clamp(1.25rem, 5vw, 3rem);
  --corner: 0.375rem;
  --touch: 2.75rem;
}

@media (prefers-color-scheme: dark) {
  :root {
    --paper: #11181a;
    --raised: #182124;
    --ink: #ece7dc;
    --soft: #a4acab;
    --line: #2b3639;
    --edge: #6f7b7c;
    --bronze: #74c8b8;
    --bronze-strong: #97dccf;
    --on-bronze: #08211e;
    --clay: #e79b70;
    --wrong: #ff9d92;
    --wrong-paper: #341b19;
    --well-paper: #16302b;
    --focus: #f5e6c8;

    --deep: #0c2a29;
    --token-left: #b9693a;
    --token-right: #cb8750;
    --token-shade: #051716;
  }
}

*, *::before, *::after { box-sizing: border-box; }

html {
  -webkit-text-size-adjust: 100%;
  text-size-adjust: 100%;
  scroll-padding-top: 1.5rem;
}

body {
  --page: 66rem;
  --side: max(var(--gutter), calc((100% - var(--page)) / 2 + var(--gutter)));
  margin: 0;
  min-height: 100vh;
  min-height: 100dvh;
  display: flex;
  flex-direction: column;
  background: var(--paper);
  color: var(--ink);
  font: 1rem/1.55 var(--sans);
  overflow-wrap: break-word;
}

h1, h2 {
  margin: 0;
  font-family: var(--serif);
  font-weight: 500;
  line-height: 1.15;
  letter-spacing: -0.012em;
  text-wrap: balance;
  overflow-wrap: anywhere;
}
h1 { font-size: clamp(2rem, 1.5rem + 2.2vw, 2.75rem); }
h2 { font-size: 1.375rem; line-height: 1.25; letter-spacing: -0.005em; }

p, ul, dl, dd { margin: 0; padding: 0; }
ul { list-style: none; }
code, pre { font-family: var(--mono); font-size: 0.875em; }

a {
  color: var(--bronze);
  text-decoration-thickness: 1px;
  text-underline-offset: 0.2em;
}
a:hover { color: var(--bronze-strong); text-decoration-thickness: 2px; }

:focus-visible {
  outline: 3px solid var(--focus);
  outline-offset: 3px;
  border-radius: var(--corner);
}
main:focus { outline: none; }
main { flex: 1 0 auto; width: 100%; }

.visually-hidden {
  position: absolute;
  width: 1px;
  height: 1px;
  margin: -1px;
  overflow: hidden;
  clip-path: inset(50%);
  white-space: nowrap;
}

.skip {
  position: absolute;
  left: var(--gutter);
  top: -6rem;
  z-index: 3;
  padding: 0.75rem 1rem;
  background: var(--ink);
  color: var(--paper);
  border-radius: var(--corner);
}
.skip:focus { top: 0.5rem; color: var(--paper); }

.site-header {
  display: flex;
  align-items: center;
  justify-content: space-between;
  gap: 1rem;
  padding: 0.875rem var(--side);
}
.brand {
  display: inline-flex;
  align-items: center;
  gap: 0.625rem;
  min-height: var(--touch);
  flex: none;
  color: var(--ink);
  font: 500 1.25rem/1 var(--serif);
  text-decoration: none;
}
.brand:hover { color: var(--ink); }
.mark { width: 1.875rem; height: 1.875rem; overflow: visible; }
.mark-left { fill: var(--bronze); }
.mark-right { fill: var(--clay); }
.mark path { transition: transform 0.25s ease; }
.brand:hover .mark-right { transform: translateX(-3.5px); }

.site-actions { display: flex; align-items: center; gap: 0.25rem; min-width: 0; margin-right: -0.75rem; }
.site-actions form { flex: none; }
.viewer { min-width: 0; }
.viewer bdi { overflow: hidden; text-overflow: ellipsis; white-space: nowrap; max-width: 16rem; }

.site-footer {
  padding: 2rem var(--side) 2.25rem;
  color: var(--soft);
  font-size: 0.875rem;
}
.site-footer p { max-width: 62ch; }
.site-footer em { font-family: var(--serif); font-size: 1.0625em; }

/* The mark alone names the site where a user's name needs the room. */
@media (max-width: 24rem) {
  .brand { position: relative; }
  .site-actions:has(.viewer) { flex: 1; justify-content: flex-end; }
  .site-header:has(.viewer) .brand span { position: absolute; clip-path: inset(50%); }
  .site-header { gap: 0.5rem; }
  .site-actions .quiet { padding-inline: 0.5rem; }
  .site-actions { margin-right: -0.5rem; }
}

@media (prefers-reduced-motion: reduce) {
  *, *::before, *::after { animation: none !important; transition: none !important; }
}

@media print {
  :root { --paper: #fff; --ink: #000; --soft: #333; --line: #999; --deep: #fff; --on-deep: #000; }
  .skip, .site-actions, .site-footer, form, .token, .actions { display: none !important; }
  body { min-height: 0; }
  section, .device { break-inside: avoid; }
  details::details-content { content-visibility: visible; height: auto; }
}
`;
