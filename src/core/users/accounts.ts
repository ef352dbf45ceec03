import type { UserRecord } from "./user-store.ts";
export interface Accounts {
  find(userId: string): Promise<UserRecord | null>;
  register(input: {
    email: string;
    password: string;
    name: string | null;
    address: string | null;
  }): Promise<UserRecord>;
  verifyPassword(input: {
    email: string;
    password: string;
    address: string | null;
  }): Promise<UserRecord>;
  changePassword(input: {
    userId: string;
    currentPassword: string;
    newPassword: string;
    address: string | null;
    endOtherSessions: () => Promise<void>;
  }): Promise<void>;
}
