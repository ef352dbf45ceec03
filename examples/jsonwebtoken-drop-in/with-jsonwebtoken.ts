import express, { type NextFunction, type Request, type Response } from "express";
import jwt from "jsonwebtoken";
import { findUser } from "../express-session-login/users.ts";

const secret = process.env["JWT_SECRET"] ?? "";

const app = express();
app.use(express.json());

app.post("/login", (req, res) => {
  const user = findUser(req.body);
  if (user === null) {
    res.status(401).json({ message: "Wrong name or password" });
    return;
  }
  const token = jwt.sign({ id: user.id, name: user.name }, secret, { expiresIn: "1h" });
  res.json({ token });
});

function authenticateToken(req: Request, res: Response, next: NextFunction): void {
  const token = req.headers.authorization?.split(" ")[1];
  if (token === undefined) {
    res.status(401).json({ message: "No token" });
    return;
  }
  jwt.verify(token, secret, (error, user) => {
    if (error) {
      const isLate = error instanceof jwt.TokenExpiredError;
      res.status(isLate ? 401 : 403).json(error);
      return;
    }
    res.locals["user"] = user;
    next();
  });
}

app.get("/profile", authenticateToken, (_req, res) => {
  const { id, name } = res.locals["user"] as jwt.JwtPayload;
  res.json({ user: { id, name } });
});

app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1");
