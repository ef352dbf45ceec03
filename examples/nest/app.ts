import {
  Body,
  Controller,
  Get,
  HttpCode,
  Module,
  Post,
  UnauthorizedException,
  UseGuards,
} from "@nestjs/common";
import { NestFactory } from "@nestjs/core";
import type { Principal, RequestAuth } from "symbolon";
import { createAuth } from "symbolon";
import { AuthGuard, CurrentAuth, CurrentPrincipal, SymbolonModule } from "symbolon/nest";
import { sqliteStore } from "symbolon/stores/sqlite";
import { findUser } from "../express-session-login/users.ts";

@Controller()
class LoginController {
  @Post("login")
  @HttpCode(200)
  async login(@Body() body: unknown, @CurrentAuth() auth: RequestAuth): Promise<object> {
    const user = findUser(body);
    if (user === null) throw new UnauthorizedException("Wrong name or password");
    await auth.signIn({ userId: user.id, claims: { name: user.name } });
    return { message: `Hello, ${user.name}` };
  }

  @Get("profile")
  @UseGuards(AuthGuard)
  profile(@CurrentPrincipal() principal: Principal): Principal {
    return principal;
  }

  @Post("logout")
  @HttpCode(200)
  async logout(@CurrentAuth() auth: RequestAuth): Promise<object> {
    await auth.signOut();
    return { message: "Goodbye" };
  }
}

@Module({
  imports: [
    SymbolonModule.forRootAsync({
      useFactory: () => {
        const store = sqliteStore(process.env["DATABASE"] ?? "data/example.db");
        return { auth: createAuth({ secret: process.env["AUTH_SECRET"], store }) };
      },
    }),
  ],
  controllers: [LoginController],
})
class AppModule {}

const app = await NestFactory.create(AppModule, { logger: ["error", "warn"] });
app.enableShutdownHooks(); // the module closes the engine
await app.listen(Number(process.env["PORT"] ?? 3000), "127.0.0.1");
