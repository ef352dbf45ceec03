import type { JsonValue } from "../../util/json.ts";

/**
 * A schema of any library that follows Standard Schema 1 (valibot, zod, arktype, …); only the part used here.
 * Source: standardschema.dev.
 */
export interface StandardSchema<Output = unknown> {
  readonly "~standard": {
    readonly version: 1;
    readonly vendor: string;
    readonly validate: (value: unknown) => StandardResult<Output> | Promise<StandardResult<Output>>;
    readonly types?: { readonly input: unknown; readonly output: Output } | undefined;
  };
}

type StandardResult<Output> =
  | { readonly value: Output; readonly issues?: undefined }
  | { readonly issues: readonly { readonly message: string }[] };

/** Schemas of session data by key. */
export type DataSchemaMap = Readonly<Record<string, StandardSchema>>;

/** The types that a map of schemas describes; without one, JSON under every key. */
export type ShapeOf<Schemas extends DataSchemaMap> = string extends keyof Schemas
  ? Record<string, JsonValue>
  : {
      readonly [Key in keyof Schemas]: Schemas[Key] extends StandardSchema<infer Output>
        ? Output
        : never;
    };

/** Validates session data before it is stored. */
export interface DataSchemas {
  /** The value as its schema returns it. @throws TypeError when it is refused, or when schemas are declared and none has this key. */
  validate(key: string, value: unknown): Promise<unknown>;
}

/** Without schemas every key and every JSON value is fine. */
export function createDataSchemas(schemas: DataSchemaMap | undefined): DataSchemas {
  const byKey = schemas === undefined ? null : new Map(Object.entries(schemas));
  return {
    async validate(key, value) {
      if (byKey === null) return value;
      const schema = byKey.get(key);
      if (schema === undefined) throw new TypeError(`session data "${key}" has no schema`);
      const result = await schema["~standard"].validate(value);
      if (result.issues === undefined) return result.value;
      throw new TypeError(
        `session data "${key}": ${result.issues.map((issue) => issue.message).join("; ")}`,
      );
    },
  };
}
