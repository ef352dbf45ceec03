import type { AccountActions, BaseClient, ListedSessionBody } from "symbolon/client";
import { ago, copyOf, find, say } from "./elements.ts";

/** The list of one's devices, and the buttons that end their sessions. */
export class DevicesView {
  readonly #client: BaseClient & AccountActions;
  readonly #signOut: () => Promise<void>;
  readonly #list = find("#device-list", HTMLUListElement);
  readonly #endOthers = find("#end-others", HTMLButtonElement);

  constructor(client: BaseClient & AccountActions, signOut: () => Promise<void>) {
    this.#client = client;
    this.#signOut = signOut;
    this.#endOthers.addEventListener("click", () => {
      void this.#attempt(async () => {
        const count = await client.sessions.revokeOthers();
        say(`Signed out ${count} other ${count === 1 ? "device" : "devices"}.`);
      });
    });
  }

  async load(): Promise<void> {
    await this.#attempt(async () => undefined);
  }

  clear(): void {
    this.#list.replaceChildren();
    this.#endOthers.hidden = true;
  }

  /** Does something, and shows the list as it is then. */
  async #attempt(act: () => Promise<void>): Promise<void> {
    try {
      await act();
      const sessions = await this.#client.sessions.list();
      this.#list.replaceChildren(...sessions.map((session) => this.#show(session)));
      this.#endOthers.hidden = sessions.length < 2;
    } catch (error) {
      say(error instanceof Error ? error.message : "That did not work.");
    }
  }

  #show(session: ListedSessionBody): HTMLElement {
    const element = copyOf("#device-template");
    const name = nameOf(session);
    find("strong", HTMLElement, element).textContent = name;
    find(".badge", HTMLElement, element).hidden = !session.current;
    find(".seen", HTMLElement, element).textContent =
      `Last seen ${ago(Date.parse(session.lastSeenAt))}\nSigned in ${ago(Date.parse(session.createdAt))}`;
    const button = find("button", HTMLButtonElement, element);
    button.setAttribute("aria-label", `Sign out ${session.current ? "this device" : name}`);
    button.addEventListener("click", () => {
      if (session.current) return void this.#signOut();
      void this.#attempt(async () => {
        await this.#client.sessions.revoke(session.id);
        say(`${name} is signed out.`);
      });
    });
    return element;
  }
}

/** Our own app says what it is; browsers are named by Symbolon. */
function nameOf({ device }: ListedSessionBody): string {
  return device.userAgent?.startsWith("PerchApp/") === true ? "Perch on a phone" : device.name;
}
