import express4 from "express4";
import { expressHost } from "./express-host.ts";
import { testHost } from "./http-suite.ts";

const both = { parsesJson: true, prefix: "/api" };

testHost(expressHost("Express 4, before body parsers", express4));
testHost(expressHost("Express 4, after body parsers and under a sub-path", express4, both));
