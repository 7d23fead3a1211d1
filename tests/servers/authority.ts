/**
 * A certificate authority as offices have their own, and servers behind TLS.
 *
 * @module
 */

/** An authority that was made for a test; see {@linkcode makeAuthority}. */
export interface Authority extends AsyncDisposable {
  /** File of its certificate. */
  path: string;
  /** Makes a certificate for `localhost` and these, such as `DNS:name`, in PEM. */
  certify(
    validity?: Validity,
    names?: readonly string[],
  ): Promise<{ cert: string; key: string }>;
}

/** When a certificate holds. */
export type Validity = "today" | "a year ago";

async function openssl(...args: string[]): Promise<void> {
  const { success, stderr } = await new Deno.Command("openssl", { args })
    .output();
  if (!success) throw new Error(new TextDecoder().decode(stderr));
}

const day = (date: Date) => `${date.toISOString().slice(0, 10)}T00:00:00Z`;
const DAY_MS = 86_400_000;

/** Its data base of certificates, without which it makes none that has expired. */
const config = (dir: string) => `
[ca]
default_ca = own
[own]
dir = ${dir}
database = ${dir}/index.txt
serial = ${dir}/serial
new_certs_dir = ${dir}
default_md = sha256
unique_subject = no
policy = any
[any]
commonName = supplied
`;

/** Makes one. */
export async function makeAuthority(): Promise<Authority> {
  const dir = await Deno.makeTempDir();
  const path = `${dir}/authority.pem`;
  await openssl(
    ...["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
    ...["-subj", "/CN=An office's authority"],
    ...["-keyout", `${dir}/authority.key`, "-out", path],
  );
  await Deno.writeTextFile(`${dir}/ca.cnf`, config(dir));
  await Deno.writeTextFile(`${dir}/index.txt`, "");
  await Deno.writeTextFile(`${dir}/serial`, "01\n");
  return {
    path,
    async certify(validity = "today", names = []) {
      const all = ["DNS:localhost", "IP:127.0.0.1", ...names];
      await Deno.writeTextFile(`${dir}/san`, `subjectAltName=${all.join()}`);
      const age = validity === "today" ? 1 : 365;
      const from = new Date(Date.now() - age * DAY_MS);
      const [start, end] = [from, new Date(from.getTime() + 3 * DAY_MS)]
        .map((date) => day(date).replace(/[-:T]/g, ""));
      const key = `${dir}/server.key`;
      await openssl(
        ...["req", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=localhost"],
        ...["-keyout", key, "-out", `${dir}/server.csr`],
      );
      await openssl(
        ...["ca", "-batch", "-config", `${dir}/ca.cnf`, "-notext"],
        ...["-cert", path, "-keyfile", `${dir}/authority.key`],
        ...["-in", `${dir}/server.csr`, "-out", `${dir}/server.crt`],
        ...["-startdate", start!, "-enddate", end!, "-extfile", `${dir}/san`],
      );
      return {
        cert: await Deno.readTextFile(`${dir}/server.crt`),
        key: await Deno.readTextFile(key),
      };
    },
    [Symbol.asyncDispose]: () => Deno.remove(dir, { recursive: true }),
  };
}

/** A way to a server through TLS; see {@linkcode tlsFront}. */
export interface TlsFront extends Disposable {
  /** Its address, `https://localhost:8443`. */
  uri: string;
}

/** Passes what comes through TLS on to `target`, as it is. */
export function tlsFront(
  target: string,
  pair: { cert: string; key: string },
): TlsFront {
  const { hostname, port } = new URL(target);
  const listener = Deno.listenTls({ hostname: "127.0.0.1", port: 0, ...pair });
  const pass = async (from: Deno.Conn) => {
    using to = await Deno.connect({ hostname, port: Number(port) });
    await Promise.allSettled([
      from.readable.pipeTo(to.writable),
      to.readable.pipeTo(from.writable),
    ]);
  };
  (async () => {
    for (;;) {
      try {
        pass(await listener.accept()).catch(() => {});
      } catch (error) {
        // A client that does not trust it ends the handshake.
        if (error instanceof Deno.errors.BadResource) return;
      }
    }
  })();
  return {
    uri: `https://localhost:${(listener.addr as Deno.NetAddr).port}`,
    [Symbol.dispose]: () => listener.close(),
  };
}
