import { assertEquals, assertMatch } from "@std/assert";
import { listeners, listeningInodes } from "./listener.ts";

const isLinux = Deno.build.os === "linux";

Deno.test("listeningInodes() leaves out connections and other ports", () => {
  const text = `
 0: 0100007F:2328 00000000:0000 0A 0:0 00:0 0 0 0 11 1
 1: 0100007F:2328 0100007F:9999 01 0:0 00:0 0 0 0 12 1
 2: 0100007F:2329 00000000:0000 0A 0:0 00:0 0 0 0 13 1
 3: 0000000000000000FFFF00000100007F:2328 0:0 0A 0:0 00:0 0 0 0 14 1`;
  assertEquals(listeningInodes(text, 9000), ["11", "14"]);
});

Deno.test({
  name: "listeners() finds this process, and knows a port that is free",
  ignore: !isLinux,
  fn: () => {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
    const { port } = listener.addr as Deno.NetAddr;
    try {
      assertMatch(
        listeners([port]).get(port)!,
        new RegExp(`\\(process ${Deno.pid}\\)$`),
      );
      assertEquals(listeners([port], Deno.pid).get(port), "ours");
      assertEquals(listeners([port], Deno.ppid).get(port), "ours");
    } finally {
      listener.close();
    }
    assertEquals(listeners([port]).get(port), "free");
  },
});
