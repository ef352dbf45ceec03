import express from "express";
import { expressHost } from "./express-host.ts";
import { testHost } from "./http-suite.ts";

testHost(expressHost("Express 5, before body parsers", express));
testHost(expressHost("Express 5, after body parsers", express, { parsesJson: true }));
testHost(expressHost("Express 5, under a sub-path", express, { prefix: "/api" }));
