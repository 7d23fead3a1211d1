/**
 * Other methods, paths and queries than those that were signed.
 *
 * @module
 */

import type { Generator } from "./generator.ts";
import { sign } from "./sign.ts";
import { headerOf, withHeaders } from "./wire.ts";

const OTHER_METHODS = [
  ..."GET POST PUT DELETE HEAD PATCH TRACE CONNECT OPTIONS".split(" "),
  ..."get Get PROPFIND X-NOBODY-KNOWS".split(" "),
];

/** Other methods. */
export const methods: Generator = ({ request, plain, signing }) => ({
  ...Object.fromEntries(
    OTHER_METHODS.filter((method) => method !== request.method)
      .map((method) => [`method ${method}`, { ...request, method }]),
  ),
  ...Object.fromEntries(
    ["PUT", "PATCH", "TRACE", "OPTIONS", request.method.toLowerCase()]
      .map((method) => [
        `signed method ${method}`,
        sign({ ...plain, method }, signing),
      ]),
  ),
  "method in an unsigned header": {
    ...withHeaders(request, { "x-http-method-override": request.method }),
    method: "PATCH",
  },
});

/** Other paths. */
export const paths: Generator = ({ request }) => {
  const [path = "", query] = request.target.split("?");
  const at = (changed: string) => ({
    ...request,
    target: query === undefined ? changed : `${changed}?${query}`,
  });
  const changes: Record<string, string> = {
    "a segment more": `${path}/x`,
    "a segment less": path.replace(/\/[^/]*$/, ""),
    "a final slash": `${path}/`,
    "two slashes": path.replace("/v1/", "/v1//"),
    "two slashes first": `/${path}`,
    "capitals": path.toUpperCase(),
    "a dot": path.replace("/v1/", "/v1/./"),
    "a way round": path.replace("/v1/", "/v1/x/../"),
    "a way round, encoded": path.replace("/v1/", "/v1/x/%2e%2E/"),
    "a way round, twice encoded": path.replace("/v1/", "/v1/x/%252e%252e/"),
    "a way round by backslashes": path.replace("/v1/", "/v1/x\\..\\"),
    "a way round with a parameter": path.replace("/v1/", "/v1/x/..;/"),
    "above the root": `/../..${path}`,
    "a backslash for a slash": path.replace("/v1/", "/v1\\"),
    "an encoded slash": path.replace("/v1/", "/v1%2F"),
    "an encoded letter": path.replace("/v1/", "/%761/"),
    "a parameter": `${path};a=b`,
    "NUL": `${path}%00`,
    "a line break": `${path}%0d%0aX:%20y`,
    "too long UTF-8": path.replace("/v1/", "/v1/%c0%ae%c0%ae/"),
    "no escape": `${path}%zz`,
    "half an escape": `${path}%4`,
    "an escape less": path.replace("%1F", "."),
    "an escape more": path.replace("%1F", "%251F"),
    "another version": path.replace("/v1/", "/v2/"),
    "another base": path.replace("/_iceberg/", "/"),
    "another host before it": `http://evil.example${path}`,
    "the health path after it": `${path}/../../../healthz`,
    "100 kB": path + "/x".repeat(50_000),
    "a star": "*",
    "nothing": "",
  };
  return Object.fromEntries(
    Object.entries(changes).filter(([, changed]) => changed !== path)
      .map(([name, changed]) => [`path: ${name}`, at(changed)]),
  );
};

/** Other queries. */
export const queries: Generator = ({ request }) => {
  const { target } = request;
  const join = target.includes("?") ? "&" : "?";
  const [path = "", query = ""] = target.split("?");
  const changes: Record<string, string> = {
    "one more": `${target}${join}x=1`,
    "one without a value": `${target}${join}x`,
    "a name without letters": `${target}${join}=1`,
    "a page token": `${target}${join}pageToken=x`,
    "none": path,
    "a purge": `${target}${join}purgeRequested=true`,
    "no escape": `${target}${join}x=%zz`,
    "no UTF-8": target.replace("%EF%BF%BD", "%FF"),
    "another value": target.replace(/=[^&]*/, "=x"),
    "another name": target.replace(/\?[^=]*/, "?y"),
    "capitals": `${path}?${query.toUpperCase()}`,
    "the value twice": `${target}&${query}`,
    "another value first": `${path}?${query.replace(/=[^&]*/, "=0")}&${query}`,
    "a presigned form":
      `${target}${join}X-Amz-Algorithm=AWS4-HMAC-SHA256&X-Amz-Expires=900`,
  };
  const authorization = headerOf(request, "authorization") ?? "";
  const [, credential = "", names = "", signature = ""] = authorization.match(
    /Credential=([^,]+), SignedHeaders=([^,]+), Signature=(.+)/,
  ) ?? [];
  const presigned = new URLSearchParams({
    "X-Amz-Algorithm": "AWS4-HMAC-SHA256",
    "X-Amz-Credential": credential,
    "X-Amz-Date": headerOf(request, "x-amz-date") ?? "",
    "X-Amz-Expires": "900",
    "X-Amz-SignedHeaders": names,
    "X-Amz-Signature": signature,
  });
  return {
    ...Object.fromEntries(
      Object.entries(changes).filter(([name, changed]) =>
        changed !== target && (query || !/value|capitals/.test(name))
      ).map(([name, changed]) => [
        `query: ${name}`,
        { ...request, target: changed },
      ]),
    ),
    "query: presigned, no header": withHeaders(
      { ...request, target: `${target}${join}${presigned}` },
      { authorization: undefined },
    ),
  };
};
