import { asArray, asObject, asText } from "../platform/json.ts";

/** The answer to `session/request_permission`. */
export type PermissionAnswer =
  | { readonly outcome: { readonly outcome: "selected"; readonly optionId: string } }
  | { readonly outcome: { readonly outcome: "cancelled" } };

/**
 * Allows what the agent asks for: nobody is there to be asked. `allow_once` comes first, since an
 * `allow_always` would outlive the question. An option that rejects is never chosen; when there is
 * no other, the request is cancelled.
 */
export function allow(params: unknown): PermissionAnswer {
  const options = asArray(asObject(params)?.["options"]).flatMap((option) => {
    const id = asText(asObject(option)?.["optionId"]);
    const kind = asText(asObject(option)?.["kind"]) ?? "";
    return id === undefined ? [] : [{ id, kind }];
  });
  const chosen = options.find(({ kind }) => kind === "allow_once") ??
    options.find(({ kind }) => kind === "allow_always");
  return chosen === undefined
    ? { outcome: { outcome: "cancelled" } }
    : { outcome: { outcome: "selected", optionId: chosen.id } };
}
