import express from "express";
import session from "express-session";
import { findUser, type User } from "./users.ts";

declare module "express-session" {
  interface SessionData {
    user: User;
  }
}

const app = express();
app.use(express.json());
app.use(
  session({ secret: process.env["AUTH_SECRET"] ?? "", resave: false, saveUninitialized: false }),
);

app.post("/login", (req, res) => {
  const user = findUser(req.body);
  if (user === null) {
    res.status(401).json({ message: "Wrong name or password" });
    return;
  }
  req.session.user = user;
  res.json({ message: `Hello, ${user.name}` });
});

app.get("/profile", (req, res) => {
  const { user } = req.session;
  if (user === undefined) res.status(401).json({ message: "Nobody is logged in" });
  else res.json({ user });
});

app.post("/logout", (req, res, next) => {
  req.session.destroy((error) => {
    if (error) next(error);
    else res.json({ message: "Goodbye" });
  });
});

app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1");
