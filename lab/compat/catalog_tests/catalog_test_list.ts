/**
 * What is known of Iceberg's own catalog tests, version 1.10.1.
 *
 * @module
 */

/** Top namespaces that the tests make; as in `CatalogTestRun.java`. */
export const NAMESPACES: string[] = [
  "a",
  "new",
  "new.db",
  "new/db",
  "newdb",
  "newdb_1",
  "newdb_2",
  "non-existing",
  "non_existing",
  "ns",
  "ns1",
  "ns2",
  "ns_1",
  "ns_2",
  "other_ns",
  "parent",
];

const GROUPS: [string, RegExp][] = [
  ["transactions", /transaction/i],
  ["namespaces", /namespace/i],
  [
    "commits",
    /Update|Append|UUID|Unused|MetadataFileLocations|SnapshotLog|MetricsReporter/,
  ],
];

/** What a test is about. */
export function groupOf(suite: string, test: string): string {
  if (suite === "OfViews") return "views";
  return GROUPS.find(([, pattern]) => pattern.test(test))?.[0] ?? "tables";
}

interface Explanation {
  /** Tests that fail so. */
  tests: string[];
  /** The beginning or a part of what they say then. */
  says: RegExp;
  /** What they want. */
  wants: string;
}

const EXPLANATIONS: Explanation[] = [
  {
    tests: [
      "testDefaultTableProperties",
      "testDefaultTablePropertiesCreateTransaction",
      "testDefaultTablePropertiesReplaceTransaction",
      "testOverrideTableProperties",
      "testOverrideTablePropertiesCreateTransaction",
      "testOverrideTablePropertiesReplaceTransaction",
      "defaultViewProperties",
      "overrideViewProperties",
    ],
    says: /Expecting map/,
    wants:
      "wants a server that was started with default properties of the tests' own",
  },
  {
    tests: [
      "completeCreateView",
      "createAndReplaceViewWithLocation",
      "createViewWithCustomMetadataLocation",
      "updateViewLocation",
    ],
    says: /file:/,
    wants: "puts the view into a folder of the machine that the tests run on",
  },
];

/**
 * What a test wants that no client can give, when it failed for want of that;
 * `undefined` when its failure says something about the catalog.
 */
export function explanationOf(
  test: string,
  reason: string,
): string | undefined {
  return EXPLANATIONS.find(({ tests, says }) =>
    tests.includes(test) && says.test(reason)
  )?.wants;
}
