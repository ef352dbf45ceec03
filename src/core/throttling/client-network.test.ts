import assert from "node:assert/strict";
import { test } from "node:test";
import { networkOf } from "./client-network.ts";

test("counts IPv4 addresses one by one, in either spelling", () => {
  assert.equal(networkOf("192.0.2.1"), "192.0.2.1");
  assert.equal(networkOf("::ffff:192.0.2.1"), "192.0.2.1");
  assert.equal(networkOf("::FFFF:c000:201"), "192.0.2.1");
  assert.equal(networkOf("0:0:0:0:0:ffff:192.0.2.1"), "192.0.2.1");
});

test("counts the addresses of one IPv6 network as one, however they are spelled", () => {
  for (const address of [
    "2001:db8:1:2::1",
    "2001:db8:1:2:ffff:ffff:ffff:ffff",
    "2001:0DB8:0001:0002::",
    "2001:db8:1:2::192.0.2.1",
    "2001:db8:1:2:3:4:5:6%eth0",
  ]) {
    assert.equal(networkOf(address), "2001:db8:1:2::/64", address);
  }
  assert.notEqual(networkOf("2001:db8:1:3::1"), networkOf("2001:db8:1:2::1"));
});

test("fills in zeros wherever they were left out", () => {
  assert.equal(networkOf("::1"), "0:0:0:0::/64");
  assert.equal(networkOf("2001:db8::"), "2001:db8:0:0::/64");
  assert.equal(networkOf("2001::2:3:4:5:6"), "2001:0:0:2::/64");
  assert.equal(networkOf("fe80::1%lo"), "fe80:0:0:0::/64");
});

test("leaves alone what is not an address", () => {
  assert.equal(networkOf(""), "");
  assert.equal(networkOf("unix:/run/app.sock"), "unix:/run/app.sock");
  assert.equal(networkOf("999.1.1.1"), "999.1.1.1");
});
