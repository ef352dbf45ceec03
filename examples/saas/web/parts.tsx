import { useEffect, useState, useSyncExternalStore } from "react";
import type { ReactNode } from "react";

const moved = "workbench:moved";

/** The address's path; changes without a reload. */
export function usePath(): string {
  return useSyncExternalStore(
    (listener) => {
      for (const type of ["popstate", moved]) globalThis.addEventListener(type, listener);
      return () => {
        for (const type of ["popstate", moved]) globalThis.removeEventListener(type, listener);
      };
    },
    () => location.pathname,
  );
}

export function goTo(path: string, instead = false): void {
  if (path === location.pathname) return;
  if (instead) history.replaceState(null, "", path);
  else history.pushState(null, "", path);
  globalThis.dispatchEvent(new Event(moved));
}

export function Link({
  to,
  className,
  children,
}: {
  readonly to: string;
  readonly className?: string;
  readonly children: ReactNode;
}): ReactNode {
  const isHere = usePath() === to;
  return (
    <a
      href={to}
      className={className}
      aria-current={isHere ? "page" : undefined}
      onClick={(event) => {
        if (event.metaKey || event.ctrlKey || event.shiftKey) return;
        event.preventDefault();
        goTo(to);
      }}
    >
      {children}
    </a>
  );
}

/** A page's frame: its title, and what went wrong. */
export function Page({
  title,
  lead,
  error = "",
  children,
}: {
  readonly title: string;
  readonly lead?: ReactNode;
  readonly error?: string;
  readonly children?: ReactNode;
}): ReactNode {
  useEffect(() => {
    document.title = `${title} · Workbench`;
  }, [title]);
  return (
    <>
      <h1>{title}</h1>
      {lead !== undefined && <p className="lead">{lead}</p>}
      <p className="error" role="alert">
        {error}
      </p>
      {children}
    </>
  );
}

/** A button for what cannot be undone: it asks once more. */
export function SureButton({
  label,
  about,
  question,
  onSure,
}: {
  readonly label: string;
  /** What it concerns, for those who do not see where it stands. */
  readonly about?: string;
  readonly question: string;
  readonly onSure: () => void;
}): ReactNode {
  const [isAsking, setAsking] = useState(false);
  return (
    <button
      type="button"
      className={isAsking ? "danger sure" : "danger"}
      onBlur={() => setAsking(false)}
      onClick={() => {
        if (isAsking) onSure();
        setAsking(!isAsking);
      }}
    >
      {isAsking ? question : label}
      {about !== undefined && <span className="heard"> {about}</span>}
    </button>
  );
}

/** The text of a form's field. */
export function fieldOf(form: HTMLFormElement, name: string): string {
  const value = new FormData(form).get(name);
  return typeof value === "string" ? value : "";
}
