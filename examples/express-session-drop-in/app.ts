import express, { type RequestHandler } from "express";
import session from "symbolon/compat/express-session";
import { loginPage, page } from "./pages.ts";

declare module "express-session" {
  interface SessionData {
    userName: string;
    views: Record<string, number>;
    message: string;
  }
}

const passwords: Readonly<Record<string, string>> = {
  ada: "first program ever",
  grace: "moth in the relay",
};

const app = express();
app.use(express.urlencoded({ extended: false }));
app.use(
  session({
    secret: process.env["SESSION_SECRET"] ?? "keyboard cat",
    resave: false,
    saveUninitialized: false,
    cookie: { maxAge: 60 * 60 * 1000 },
  }),
);

const restrict: RequestHandler = (req, res, next) => {
  if (req.session.userName !== undefined) return next();
  req.session.message = "Please log in first.";
  res.redirect("/login");
};

const countViews: RequestHandler = (req, _res, next) => {
  const views = (req.session.views ??= {});
  views[req.path] = (views[req.path] ?? 0) + 1;
  next();
};

app.get("/", restrict, countViews, (req, res) => {
  const { userName, views } = req.session;
  res.send(page(`Hello, ${userName}. You have seen this page ${views?.["/"]} times.`));
});

app.get("/login", (req, res) => {
  const { message = "" } = req.session;
  delete req.session.message;
  res.send(loginPage(message));
});

app.post("/login", (req, res, next) => {
  const { name, password } = req.body as Record<string, string>;
  if (name === undefined || !Object.hasOwn(passwords, name) || passwords[name] !== password) {
    req.session.message = "Wrong name or password.";
    return res.redirect("/login");
  }
  req.session.regenerate((error) => {
    if (error) return next(error);
    req.session.userName = name;
    req.session.save((error) => {
      if (error) return next(error);
      res.redirect("/");
    });
  });
});

app.post("/logout", (req, res, next) => {
  req.session.destroy((error) => {
    if (error) return next(error);
    res.redirect("/login");
  });
});

app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1");
