/** The token, and how the content of each page lies. */
export const pageStyles: string = /* css */ `
.token { display: block; width: 100%; height: auto; overflow: visible; }
.token-half-left { --token-face: var(--token-left); }
.token-half-right { --token-face: var(--token-right); }
.token-disc { fill: var(--token-face); }
.token-edge { fill: var(--token-shade); }
.token-line { fill: none; stroke: var(--token-line); stroke-width: 2; }
.token-beads { fill: none; stroke: var(--token-line); stroke-width: 7; stroke-linecap: round; stroke-dasharray: 0 17.672; }
.token-ray { fill: var(--token-line); }
.token-half { transform-box: view-box; transform-origin: 50% 50%; }

.token-apart .token-half-left { transform: translate(-22px, 10px) rotate(-5deg); }
.token-apart .token-half-right { transform: translate(22px, -10px) rotate(4deg); }
.token-mismatched .token-half-left { transform: translate(-24px, -4px) rotate(-4deg); }
.token-mismatched .token-half-right { transform: translate(40px, 22px) rotate(22deg); }
.token-meeting .token-half-left { animation: meet-left 1.6s cubic-bezier(0.3, 0, 0.1, 1) both; }
.token-meeting .token-half-right { animation: meet-right 1.6s cubic-bezier(0.3, 0, 0.1, 1) both; }
@keyframes meet-left { from { transform: translate(-34px, 14px) rotate(-9deg); } }
@keyframes meet-right { from { transform: translate(34px, -14px) rotate(7deg); } }

.lead { font-size: 1.125rem; color: var(--soft); max-width: 36rem; }
.actions { display: flex; flex-wrap: wrap; align-items: center; gap: 0.75rem; }
.actions-note { color: var(--soft); min-width: 0; overflow-wrap: anywhere; }
.section-head p { margin-top: 0.5rem; color: var(--soft); font-size: 0.9375rem; }

/* Sign in, register: the page is broken along the token's own line. */
.split { display: flex; flex-direction: column; min-height: 100%; }
.split-content { padding: 1.75rem var(--gutter) 1rem; }
.split-column { width: 100%; max-width: 24rem; margin-inline: auto; }
.split-column > * + * { margin-top: 1.375rem; }
.split-column form { margin-top: 1.75rem; }
.split-column .primary { width: 100%; min-height: 3rem; }
.other-way { color: var(--soft); }
.other-way a { display: inline-block; padding-block: 0.625rem; }
.split-token {
  order: -1;
  position: relative;
  overflow: hidden;
  height: 8.75rem;
  padding: 1.5rem var(--gutter) 2.5rem;
  background: var(--deep);
  color: var(--on-deep);
  clip-path: polygon(0 0, 100% 0, 100% 78%, 84.5% 83%, 76% 75%, 65.5% 89%, 56.5% 78%, 45% 98%, 35.5% 85%, 24.5% 100%, 16% 90%, 0 97%);
}
.split-token .token { position: absolute; right: -1.5rem; top: -1.25rem; width: 11.5rem; }
.saying { position: relative; font: 500 1.25rem/1.3 var(--serif); max-width: 13rem; }
.saying span { display: block; }
.saying span + span { opacity: 0.86; }

@media (min-width: 56rem) {
  .split-page { position: relative; --side: calc((54% - 24rem) / 2); }
  .split-page .site-header { position: relative; z-index: 2; }
  .split-page main { display: flex; flex-direction: column; justify-content: center; }
  .split-content { width: 54%; padding-block: 1rem; }
  .split-page .site-footer { width: 54%; }
  .split-token {
    position: absolute;
    inset: 0 0 0 auto;
    width: 46%;
    height: auto;
    padding: 3rem 3rem 3rem 6rem;
    display: flex;
    flex-direction: column;
    align-items: center;
    justify-content: center;
    gap: 2.25rem;
    clip-path: polygon(3.1rem 0, 2.3rem 15.5%, 4rem 24%, 1.8rem 34.5%, 3.6rem 43.5%, 0.25rem 55%, 2.45rem 64.5%, 0 75.5%, 1.55rem 84%, 0.5rem 100%, 100% 100%, 100% 0);
  }
  .split-token .token { position: static; width: min(100%, 24rem, 50vh); }
  .saying { max-width: none; text-align: center; font-size: 1.625rem; }
}

/* Start */
.home-page { --page: 74rem; }
.hero {
  display: grid;
  gap: 2rem;
  align-items: center;
  max-width: var(--page);
  margin-inline: auto;
  padding: 1.5rem var(--gutter) 3rem;
}
.hero h1 { font-size: clamp(2.25rem, 1.5rem + 3.6vw, 3.75rem); line-height: 1.08; }
.hero-text > * + * { margin-top: 1.5rem; }
.hero .token { width: min(72vw, 19rem); margin-inline: auto; --token-shade: #5f3116; }
.api .section-body { min-width: 0; }
pre {
  margin: 0;
  padding: 1.125rem 1.25rem;
  overflow-x: auto;
  border-radius: var(--corner);
  background: var(--deep);
  color: var(--on-deep);
  line-height: 1.7;
}
@media (max-width: 40rem) {
  pre { padding: 1rem; white-space: pre-wrap; overflow-wrap: anywhere; }
}
.routes { width: 100%; margin-top: 1.25rem; border-collapse: collapse; font-size: 0.9375rem; }
.routes td { padding: 0.625rem 0; vertical-align: baseline; border-bottom: 1px solid var(--line); }
.routes td + td { padding-left: 1rem; color: var(--soft); }
.routes code { white-space: nowrap; }
.routes b { color: var(--bronze); font-weight: 600; }
@media (max-width: 40rem) {
  .routes b { display: block; }
}

/* Account */
.account-head { max-width: var(--page); margin-inline: auto; padding: 1.75rem var(--gutter) 2.25rem; }
.account-head > * + * { margin-top: 0.375rem; }
.account-head .notice { margin-top: 1.25rem; }
.eyebrow { color: var(--clay); font-size: 0.9375rem; font-weight: 500; }
.account-page section, .api {
  display: grid;
  gap: 1.25rem;
  padding: 2rem var(--gutter);
  max-width: var(--page);
  margin-inline: auto;
  position: relative;
}
.account-page section::before, .api::before {
  content: "";
  position: absolute;
  inset: 0 var(--gutter) auto;
  border-top: 1px solid var(--line);
}
.section-body > * + * { margin-top: 1.375rem; }
.profile > div { display: grid; gap: 0 1rem; }
.profile > div + div { margin-top: 0.875rem; }
.profile dt { color: var(--soft); font-size: 0.9375rem; }
.profile dd { overflow-wrap: anywhere; }
.absent { color: var(--soft); }

.device {
  display: grid;
  grid-template-columns: 2.75rem minmax(0, 1fr) auto;
  grid-template-areas: "icon name end" ". times times";
  row-gap: 0.25rem;
  align-items: center;
  padding-block: 1.125rem;
  border-bottom: 1px solid var(--line);
}
.device:first-child { padding-top: 0; }
.device-icon { grid-area: icon; width: 1.625rem; height: 1.625rem; fill: none; stroke: var(--soft); stroke-width: 1.5; stroke-linecap: round; stroke-linejoin: round; }
.device-current .device-icon { stroke: var(--bronze); }
.device-name { grid-area: name; display: flex; flex-wrap: wrap; align-items: center; gap: 0.125rem 0.625rem; font-weight: 600; }
.badge {
  display: inline-block;
  padding: 0.0625rem 0.5625rem;
  border-radius: 1rem;
  background: var(--well-paper);
  color: var(--bronze-strong);
  font-size: 0.8125rem;
  font-weight: 600;
  white-space: nowrap;
}
.device-times { grid-area: times; color: var(--soft); font-size: 0.9375rem; }
.device-times > div { display: flex; flex-wrap: wrap; column-gap: 0.375rem; }
.device-end { grid-area: end; padding-left: 0.75rem; }
.device-end button { font-size: 0.9375rem; }
.more summary {
  display: flex;
  align-items: center;
  min-height: var(--touch);
  width: fit-content;
  color: var(--bronze);
  cursor: pointer;
  text-decoration: underline;
  text-decoration-thickness: 1px;
  text-underline-offset: 0.2em;
}
.more .device:first-child { padding-top: 1.125rem; }

@media (min-width: 44rem) {
  .profile > div { grid-template-columns: 9rem minmax(0, 1fr); }
  .device {
    grid-template-areas: "icon name end" ". times end";
    row-gap: 0.125rem;
  }
  .device-times { display: flex; flex-wrap: wrap; column-gap: 1.75rem; }
  .device-end { padding-left: 1.5rem; }
}
@media (min-width: 56rem) {
  .hero { grid-template-columns: minmax(0, 1.35fr) minmax(0, 1fr); gap: 4rem; padding-block: 3.5rem 5rem; }
  .hero .token { width: min(100%, 24rem); }
  .account-page section, .api { grid-template-columns: 16rem minmax(0, 1fr); gap: 4rem; padding-block: 2.75rem; }
  .account-head { padding-block: 2.5rem 2.75rem; }
}

/* Problem */
.problem-page { --page: 58rem; }
.problem { display: grid; gap: 1.75rem; align-items: center; max-width: var(--page); margin-inline: auto; padding: 1.5rem var(--gutter) 3rem; }
.problem > div > * + * { margin-top: 1rem; }
.problem .token { width: 9rem; margin-left: 1rem; --token-shade: #5f3116; }
.problem-status { font: 500 1.0625rem/1 var(--mono); color: var(--clay); }
.problem .actions { margin-top: 1.75rem; }
@media (min-width: 56rem) {
  .problem-page main { display: flex; align-items: center; }
  .problem { grid-template-columns: 16rem minmax(0, 1fr); gap: 5rem; }
  .problem .token { width: 100%; margin: 0; }
}
`;
