/**
 * A portal that speaks SODA 2.1 as documented, on this machine: `$select`,
 * `$where`, `$group`, `$order`, `$limit`, the headers that name the columns, the
 * rows as the real one writes them, and its errors. Faults can be ordered.
 *
 * @module
 */

/** A row as the portal writes it: numbers as texts, columns without a value left out. */
export type PortalRow = Record<string, unknown>;

/** A request the portal has had. */
export interface PortalRequest {
  dataset: string;
  params: Record<string, string>;
  token: string | null;
}

/** What happens in place of the answer, or `undefined` for the answer. */
export type Fault = (
  request: PortalRequest,
  rows: PortalRow[],
) => Response | Promise<Response> | undefined;

/** A portal that runs. */
export interface PortalServer extends AsyncDisposable {
  readonly uri: string;
  readonly requests: PortalRequest[];
  /** Rows by dataset. */
  readonly datasets: Record<string, PortalRow[]>;
  /** Columns of all datasets. */
  columns: string[];
  /** Asked one after another, each once, until one has no more to say. */
  faults: Fault[];
}

export const SODA_COLUMNS = [
  "trip_id",
  "taxi_id",
  "trip_start_timestamp",
  "trip_end_timestamp",
  "trip_seconds",
  "trip_miles",
  "pickup_census_tract",
  "dropoff_census_tract",
  "pickup_community_area",
  "dropoff_community_area",
  "fare",
  "tips",
  "tolls",
  "extras",
  "trip_total",
  "payment_type",
  "company",
  "pickup_centroid_latitude",
  "pickup_centroid_longitude",
  "pickup_centroid_location",
  "dropoff_centroid_latitude",
  "dropoff_centroid_longitude",
  "dropoff_centroid_location",
];

/** A column's name that is not there, as the portal says it. */
class NoSuchColumn extends Error {
  constructor(readonly column: string) {
    super(column);
  }
}

/** SoQL's comparisons with AND, OR and parentheses. */
function parseWhere(
  text: string,
  columns: readonly string[],
): (row: PortalRow) => boolean {
  const tokens = text.match(/'(?:[^']|'')*'|[<>]=?|=|[()]|\w+/g) ?? [];
  let at = 0;
  type Test = (row: PortalRow) => boolean;
  const comparison = (): Test => {
    if (tokens[at] === "(") {
      at++;
      const inner = either();
      if (tokens[at++] !== ")") throw new SyntaxError(text);
      return inner;
    }
    const [column, operator, literal] = tokens.slice(at, at += 3);
    if (!columns.includes(column!)) throw new NoSuchColumn(column!);
    if (!literal?.startsWith("'")) throw new SyntaxError(text);
    const value = literal.slice(1, -1).replaceAll("''", "'");
    return (row) => {
      const cell = row[column!];
      if (typeof cell !== "string") return false;
      switch (operator) {
        case "=":
          return cell === value;
        case "<":
          return cell < value;
        case "<=":
          return cell <= value;
        case ">":
          return cell > value;
        case ">=":
          return cell >= value;
        default:
          throw new SyntaxError(text);
      }
    };
  };
  const both = (): Test => {
    const tests = [comparison()];
    while (tokens[at] === "AND" && ++at) tests.push(comparison());
    return (row) => tests.every((test) => test(row));
  };
  const either = (): Test => {
    const tests = [both()];
    while (tokens[at] === "OR" && ++at) tests.push(both());
    return (row) => tests.some((test) => test(row));
  };
  const test = either();
  if (at !== tokens.length) throw new SyntaxError(text);
  return test;
}

/** The value of an expression of `$select`. */
function evaluate(expression: string, row: PortalRow): unknown {
  const day = expression.match(/^date_trunc_ymd\((\w+)\)$/);
  return day
    ? `${String(row[day[1]!]).slice(0, 10)}T00:00:00.000`
    : row[expression];
}

function answer(
  all: PortalRow[],
  columns: readonly string[],
  params: Record<string, string>,
): { fields: string[]; rows: PortalRow[] } {
  const { $select = columns.join(","), $where, $group, $order, $limit } =
    params;
  const select = $select.split(",").map((part) => {
    const [expression = "", alias] = part.trim().split(/ AS /i);
    for (const name of expression.match(/\w+(?!\w*\()/g) ?? []) {
      if (!columns.includes(name)) throw new NoSuchColumn(name);
    }
    return { expression, name: alias ?? expression };
  });
  let rows = $where ? all.filter(parseWhere($where, columns)) : all;
  const project = (row: PortalRow) =>
    Object.fromEntries(
      select.map(({ expression, name }) => [name, evaluate(expression, row)])
        .filter(([, value]) => value !== undefined && value !== null),
    );
  if ($group) {
    const groups = new Map<string, PortalRow>();
    for (const row of rows) {
      const group = project(row);
      const key = String(group[$group]);
      const count = Number(groups.get(key)?.[COUNT] ?? 0) + 1;
      groups.set(key, { ...group, [COUNT]: count });
    }
    const { name } = select.find(({ expression }) =>
      expression === "count(*)"
    )!;
    rows = [...groups.values()].map(({ [COUNT]: count, ...group }) => ({
      ...group,
      [name]: String(count),
    }));
  }
  // Without an order the real one promises none: here the last comes first.
  const keys = $order?.split(",").map((key) => key.trim()) ?? [];
  rows = keys.length === 0 ? rows.toReversed() : rows.toSorted((a, b) => {
    for (const key of keys) {
      if (String(a[key]) !== String(b[key])) {
        return String(a[key]) < String(b[key]) ? -1 : 1;
      }
    }
    return 0;
  });
  rows = rows.slice(0, Number($limit ?? 1000));
  return {
    fields: select.map(({ name }) => name),
    rows: $group ? rows : rows.map(project),
  };
}

const COUNT = "count(*)";

/** Rows as the real portal writes them: one a line, the comma before it. */
export function sodaText(rows: readonly PortalRow[]): string {
  return `[${rows.map((row) => JSON.stringify(row)).join("\n,")}]\n`;
}

/** A refusal as the portal writes it. */
export function sodaError(
  status: number,
  errorCode: string,
  message: string,
  data: Record<string, unknown> = {},
): Response {
  return Response.json({ message, errorCode, data }, { status });
}

/** An answer that breaks off in the middle, and the connection with it. */
export function dropped(rows: readonly PortalRow[]): Response {
  const text = new TextEncoder().encode(sodaText(rows));
  const half = text.subarray(0, text.length / 2);
  return new Response(
    new ReadableStream({
      async start(controller) {
        controller.enqueue(half);
        await new Promise((resolve) => setTimeout(resolve, 20));
        controller.error(new Error("dropped by the test"));
      },
    }),
    { headers: { "content-type": "application/json;charset=utf-8" } },
  );
}

/** Starts a portal with these rows on a free port. */
export function portalServer(
  datasets: Record<string, PortalRow[]>,
): PortalServer {
  const requests: PortalRequest[] = [];
  const server: PortalServer = {
    uri: "",
    requests,
    datasets,
    columns: SODA_COLUMNS,
    faults: [],
    [Symbol.asyncDispose]: () => http.shutdown(),
  };
  const http = Deno.serve({
    hostname: "127.0.0.1",
    port: 0,
    onListen: () => {},
    onError: () => new Response(null, { status: 500 }),
  }, async (message) => {
    const url = new URL(message.url);
    const dataset = url.pathname.match(/^\/resource\/([\w-]+)\.json$/)?.[1];
    const all = dataset === undefined ? undefined : datasets[dataset];
    if (!dataset || !all) {
      return sodaError(404, "dataset.missing", "Not found");
    }
    const request = {
      dataset,
      params: Object.fromEntries(url.searchParams),
      token: message.headers.get("x-app-token"),
    };
    requests.push(request);
    try {
      const { fields, rows } = answer(all, server.columns, request.params);
      const fault = server.faults.shift();
      const faulty = await fault?.(request, rows);
      if (faulty) return faulty;
      return new Response(sodaText(rows), {
        headers: {
          "content-type": "application/json;charset=utf-8",
          "x-soda2-fields": JSON.stringify(fields),
        },
      });
    } catch (error) {
      if (!(error instanceof NoSuchColumn)) throw error;
      return sodaError(
        400,
        "query.soql.no-such-column",
        `Query coordinator error: query.soql.no-such-column; No such column: ${error.column}; position: Map(row -> 1, column -> 1, line -> "SELECT \`fare\`")`,
        { column: error.column, dataset: `alpha.${dataset}` },
      );
    }
  });
  return Object.assign(server, { uri: `http://127.0.0.1:${http.addr.port}` });
}
