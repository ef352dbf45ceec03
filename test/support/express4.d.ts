/** Express 4, installed beside 5: the same types for what the tests use. */
declare module "express4" {
  import express from "express";
  export default express;
}
