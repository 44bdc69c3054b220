/** A type of the SDK as the JSON protocol writes it: bytes in base64, times in milliseconds. */
export type OnWire<T> = T extends Uint8Array
  ? string
  : T extends Date
    ? number
    : T extends object
      ? { [Key in keyof T]: OnWire<T[Key]> }
      : T;
