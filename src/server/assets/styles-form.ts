/** Fields, buttons, notices. */
export const formStyles: string = /* css */ `
button, .button {
  display: inline-flex;
  align-items: center;
  justify-content: center;
  min-height: var(--touch);
  padding: 0.5rem 1.125rem;
  border: 1px solid var(--edge);
  border-radius: var(--corner);
  background: transparent;
  color: var(--ink);
  font: 500 1rem/1.25 var(--sans);
  text-align: center;
  text-decoration: none;
  cursor: pointer;
  transition: background-color 0.15s ease, border-color 0.15s ease, color 0.15s ease;
}
button:hover, .button:hover { border-color: var(--ink); color: var(--ink); background: var(--raised); }
button:active, .button:active { transform: translateY(1px); }

.primary, .primary:hover {
  background: var(--bronze);
  border-color: var(--bronze);
  color: var(--on-bronze);
}
.primary:hover { background: var(--bronze-strong); border-color: var(--bronze-strong); }

.danger { color: var(--wrong); border-color: currentColor; }
.danger:hover { background: var(--wrong-paper); color: var(--wrong); border-color: currentColor; }

.quiet {
  display: inline-flex;
  align-items: center;
  min-height: var(--touch);
  padding: 0.25rem 0.75rem;
  border: 0;
  background: none;
  color: var(--ink);
  font-weight: 400;
  font-size: 0.9375rem;
  line-height: 1.25;
  text-decoration: none;
  white-space: nowrap;
}
.quiet:hover { background: none; color: var(--ink); text-decoration: underline; text-decoration-thickness: 1px; }

form > .field ~ * { margin-top: 1.375rem; }
.narrow { max-width: 24rem; }

.field label { display: block; font-weight: 500; }
.optional { font-weight: 400; color: var(--soft); }
.hint { color: var(--soft); font-size: 0.9375rem; }
.field .hint { margin-top: 0.125rem; }

.field input {
  display: block;
  width: 100%;
  min-height: 3rem;
  margin-top: 0.4375rem;
  padding: 0.5rem 0.875rem;
  border: 1px solid var(--edge);
  border-radius: var(--corner);
  background: var(--raised);
  color: var(--ink);
  font: 1rem/1.5 var(--sans);
  text-overflow: ellipsis;
}
.field input:hover { border-color: var(--ink); }
.field input:focus-visible { outline-offset: 1px; border-color: var(--focus); }
.field-wrong input { border-color: var(--wrong); box-shadow: inset 0 0 0 1px var(--wrong); }

.error { margin-top: 0.4375rem; color: var(--wrong); font-size: 0.9375rem; font-weight: 500; }

.choice {
  display: grid;
  grid-template-columns: auto 1fr;
  align-items: center;
}
.choice input {
  width: 1.25rem;
  height: 1.25rem;
  margin: 0;
  accent-color: var(--bronze);
}
.choice label { display: flex; align-items: center; min-height: var(--touch); padding-left: 0.75rem; }
.choice .hint { grid-column: 2; padding-left: 0.75rem; margin-top: -0.5rem; }

.notice {
  padding: 0.875rem 1.125rem;
  border-radius: var(--corner);
  border-inline-start: 4px solid var(--bronze);
  background: var(--well-paper);
  max-width: 44rem;
}
.notice-problem { border-color: var(--wrong); background: var(--wrong-paper); }
.notice-title { font-weight: 600; }
.notice li { padding-top: 0.5rem; }
.notice li a { color: var(--wrong); }
`;
