import type { BaseClient } from "symbolon/client";
import type { FeedBody, Like, LiveMessage, Post, PostForReader } from "../feed.ts";
import { ago, copyOf, find, say } from "./elements.ts";

/** A post on the page. */
interface Shown {
  readonly post: Post;
  readonly element: HTMLElement;
  /** As the server last said it. */
  likes: number;
  liked: boolean;
  /** What the reader wants; the same, but for as long as a request is on its way. */
  wanted: boolean;
  isSending: boolean;
}

/** The feed of whoever is signed in. */
export class FeedView {
  readonly #client: BaseClient;
  readonly #list = find("#posts", HTMLOListElement);
  readonly #shown = new Map<string, Shown>();
  #me: FeedBody["me"] | null = null;
  /** Counts up when the list is cleared: an answer that comes later belongs to nobody any more. */
  #turn = 0;
  /** What was heard while the list was asked for, which may be newer than the answer. */
  #meanwhile: LiveMessage[] | null = null;

  constructor(client: BaseClient) {
    this.#client = client;
    setInterval(() => this.#tellTimes(), 60_000);
  }

  /** Asks for all of it: at the start, and when the connection was lost in between. */
  async load(): Promise<void> {
    const turn = this.#turn;
    const meanwhile: LiveMessage[] = [];
    this.#meanwhile = meanwhile;
    try {
      const response = await this.#client.fetch("/api/feed");
      if (!response.ok) throw new Error(`answered ${response.status}`);
      const { me, posts } = (await response.json()) as FeedBody;
      if (turn !== this.#turn) return;
      this.clear();
      this.#me = me;
      for (const post of posts) this.#list.append(this.#show(post).element);
      for (const message of meanwhile) this.hear(message);
      this.#tellEmpty();
    } finally {
      if (this.#meanwhile === meanwhile) this.#meanwhile = null;
    }
  }

  /** Nothing of the one who has gone may stay for the next. */
  clear(): void {
    this.#turn += 1;
    this.#meanwhile = null;
    this.#me = null;
    this.#shown.clear();
    this.#list.replaceChildren();
  }

  hear(message: LiveMessage): void {
    this.#meanwhile?.push(message);
    if (message.type === "post") this.add(message.post);
    else this.#hearLike(message.like, message.authorId);
  }

  /** Shows a new post, once: the answer to whoever wrote it and the WebSocket both bring it. */
  add(post: Post): void {
    if (this.#me === null || this.#shown.has(post.id)) return;
    const { element } = this.#show({ ...post, liked: false });
    element.classList.add("new");
    this.#list.prepend(element);
    this.#tellEmpty();
  }

  #show(post: PostForReader): Shown {
    const element = copyOf("#post-template");
    const { liked, likes } = post;
    const shown: Shown = { post, element, likes, liked, wanted: liked, isSending: false };
    this.#shown.set(post.id, shown);
    // Everything that users wrote becomes a text node, never HTML.
    const face = find(".face", HTMLElement, element);
    face.textContent = post.author.name.match(/\p{L}/u)?.[0].toUpperCase() ?? "?";
    face.classList.add(`hue-${hueOf(post.author.id)}`);
    find("strong", HTMLElement, element).textContent = post.author.name;
    find(".text", HTMLElement, element).textContent = post.text;
    const time = find("time", HTMLTimeElement, element);
    time.dateTime = new Date(post.createdAt).toISOString();
    time.textContent = ago(post.createdAt);
    find(".like", HTMLButtonElement, element).addEventListener("click", () => {
      shown.wanted = !shown.wanted;
      tellLikes(shown);
      void this.#sendLike(shown);
    });
    const ban = find(".ban", HTMLButtonElement, element);
    ban.hidden = this.#me?.standing !== "moderator" || post.author.id === this.#me.id;
    ban.textContent = `Ban ${post.author.name}`;
    ban.addEventListener("click", () => void this.#ban(post));
    tellLikes(shown);
    return shown;
  }

  /** Until the server has it as the reader wants it, who may change their mind meanwhile. */
  async #sendLike(shown: Shown): Promise<void> {
    if (shown.isSending) return;
    shown.isSending = true;
    try {
      while (shown.wanted !== shown.liked) {
        const method = shown.wanted ? "PUT" : "DELETE";
        const response = await this.#client.fetch(`/api/posts/${shown.post.id}/like`, { method });
        if (!response.ok) throw new Error(`answered ${response.status}`);
        const { liked, likes } = (await response.json()) as Like;
        // Else the WebSocket was faster, and may have told of further likes since.
        if (shown.liked !== liked) Object.assign(shown, { liked, likes });
      }
    } catch {
      shown.wanted = shown.liked;
      say("Your like did not get through. Try again in a moment.");
    } finally {
      shown.isSending = false;
      tellLikes(shown);
    }
  }

  #hearLike({ postId, likes, liked, by }: Like, authorId: string): void {
    const shown = this.#shown.get(postId);
    if (shown === undefined || this.#me === null) return;
    shown.likes = likes;
    if (by.id === this.#me.id) {
      shown.liked = liked;
      if (!shown.isSending) shown.wanted = liked;
    } else if (liked && authorId === this.#me.id) say(`${by.name} likes your post.`);
    tellLikes(shown);
  }

  async #ban({ author }: Post): Promise<void> {
    if (!confirm(`Ban ${author.name}? All their devices are signed out at once.`)) return;
    const path = `/api/people/${encodeURIComponent(author.id)}/ban`;
    const response = await this.#client.fetch(path, { method: "POST" });
    say(response.ok ? `${author.name} is banned.` : "That did not work.");
  }

  #tellEmpty(): void {
    find("#empty", HTMLElement).hidden = this.#shown.size > 0;
  }

  #tellTimes(): void {
    for (const { post, element } of this.#shown.values()) {
      find("time", HTMLTimeElement, element).textContent = ago(post.createdAt);
    }
  }
}

/** One of the five colours of faces, the same for one person everywhere. */
function hueOf(userId: string): number {
  return Array.from(userId, (letter) => letter.charCodeAt(0)).reduce((sum, n) => sum + n, 0) % 5;
}

function tellLikes({ element, likes, liked, wanted }: Shown): void {
  const count = likes + Number(wanted) - Number(liked);
  const button = find(".like", HTMLButtonElement, element);
  button.setAttribute("aria-pressed", String(wanted));
  button.setAttribute("aria-label", `Like, ${count} so far`);
  find(".count", HTMLElement, button).textContent = String(count);
}
