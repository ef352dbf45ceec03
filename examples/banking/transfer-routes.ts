import type { Request } from "express";
import { AuthError, createGuard } from "symbolon";
import { confirmPage, messagePage, receiptPage, transferPage } from "./pages.ts";
import {
  addressOf,
  customerOf,
  isMendable,
  retryAfter,
  textFields,
  viewerOf,
  type Banking,
} from "./request.ts";
import { rememberSession } from "./sign-in-routes.ts";
import {
  checkForm,
  emptyForm,
  formOf,
  type FormErrors,
  type TransferForm,
} from "./transfer-form.ts";

/** Where the session keeps a transfer that waits for the password. */
const draft = "draft";

/** The form, the challenge, and the receipt. */
export function addTransferRoutes(banking: Banking): void {
  const { app, auth, bank, signIns } = banking;
  const fresh = createGuard({ maxAge: "5m" });

  app.get("/transfer", async (req, res) => {
    const kept = await req.auth.data.get(draft);
    const isBack = kept !== undefined && fresh(req.auth) === null;
    const notice = isBack
      ? "Thank you. Here is your transfer: look once more, then send it."
      : null;
    const form = kept === undefined ? emptyForm() : formOf(kept);
    res.send(page(req, { form, notice, waited: kept !== undefined }));
  });

  app.post("/transfer", async (req, res) => {
    const { userId } = customerOf(req);
    const form = formOf(req.body);
    const { order, errors } = checkForm(bank, userId, form);
    if (order === null) return void res.status(422).send(page(req, { form, errors }));

    const challenge = fresh(req.auth);
    if (challenge !== null) {
      if (challenge.code !== "step_up_required") throw challenge;
      await req.auth.data.set(draft, { ...form });
      res.status(challenge.status).set(challenge.headers);
      return void res.send(await confirm(req, form, null));
    }

    const verdict = bank.transfer({ userId, ...order, key: form.key, at: req.auth.now });
    switch (verdict.outcome) {
      case "done":
        await req.auth.data.delete(draft);
        return res.redirect(303, `/transfers/${verdict.id}`);
      case "not_enough": {
        const amount = "There is not enough in this account any more.";
        return void res.status(422).send(page(req, { form, errors: { amount } }));
      }
      case "key_was_used": {
        const problem = "This form was sent before, with another content. Check your transactions.";
        const { key } = emptyForm();
        return void res.status(409).send(page(req, { form: { ...form, key }, problem }));
      }
      case "not_your_account":
      case "no_such_account":
        // `checkForm` has just seen both.
        throw new AuthError("not_found");
    }
  });

  app.post("/transfer/clear", async (req, res) => {
    await req.auth.data.delete(draft);
    res.redirect(303, "/transfer");
  });

  app.get("/confirm", async (req, res) => {
    const kept = await req.auth.data.get(draft);
    if (kept === undefined || fresh(req.auth) === null) return res.redirect(303, "/transfer");
    res.send(await confirm(req, formOf(kept), null));
  });

  app.post("/confirm", async (req, res) => {
    const { userId, sessionId, claims } = customerOf(req);
    const kept = await req.auth.data.get(draft);
    if (kept === undefined) return res.redirect(303, "/transfer");
    const { password } = textFields(req.body, ["password"]);
    try {
      const email = await emailOf(userId);
      await auth.users.verifyPassword({ email, password, ...addressOf(req) });
      // Another session takes the place of this one, which is how "when they last proved who they are" moves. Its data
      // would end with it; the transfer that waits comes along.
      const { session } = await req.auth.signIn({ userId, claims, data: { [draft]: kept } });
      signIns.goOn(sessionId, session.id);
    } catch (error) {
      if (!isMendable(error)) throw error;
      retryAfter(res, error);
      res.status(error.status).send(await confirm(req, formOf(kept), error));
      return;
    }
    rememberSession(banking, req, res);
    res.redirect(303, "/transfer");
  });

  app.get("/transfers/:id", (req, res) => {
    const done = bank.transferOf(customerOf(req).userId, Number(req.params.id));
    const viewer = viewerOf(req);
    if (done !== null) return void res.send(receiptPage({ viewer, done }));
    const text = "You have made no transfer with this number.";
    const link = ["/accounts", "Go to your accounts"] as const;
    res.status(404).send(messagePage({ viewer, title: "There is nothing here", text, link }));
  });

  function page(
    req: Request,
    shown: {
      readonly form: TransferForm;
      readonly errors?: FormErrors;
      readonly problem?: string;
      readonly notice?: string | null;
      readonly waited?: boolean;
    },
  ): string {
    const { userId } = customerOf(req);
    const [accounts, recipients] = [bank.accountsOf(userId), bank.recipientsOf(userId)];
    const rest = { errors: {}, problem: null, notice: null, waited: false };
    return transferPage({ ...rest, ...shown, viewer: viewerOf(req), accounts, recipients });
  }

  async function confirm(
    req: Request,
    form: TransferForm,
    error: AuthError | null,
  ): Promise<string> {
    const { userId } = customerOf(req);
    const { order } = checkForm(bank, userId, form);
    return confirmPage({
      viewer: viewerOf(req),
      cents: order?.cents ?? 0,
      holder: order?.holder ?? "",
      email: await emailOf(userId),
      problem:
        error?.code === "invalid_credentials"
          ? "This is not your password."
          : (error?.message ?? null),
    });
  }

  async function emailOf(userId: string): Promise<string> {
    const user = await auth.users.find(userId);
    if (user === null) throw new AuthError("unauthenticated");
    return user.email;
  }
}
