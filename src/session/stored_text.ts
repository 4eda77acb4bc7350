/**
 * A text in an event or a view: itself, or, when it is too long for a value of the store, the name of
 * the blob that holds it. Blobs belong to the epoch of whatever names them.
 */
export type StoredText = string | BlobRef;

/** Names a blob. */
export interface BlobRef {
  /** Derived from the content: the same text has the same id. */
  readonly blob: string;
  /** Length of the content in UTF-8 bytes. */
  readonly bytes: number;
}
