/** The condition of a write did not hold. By name: two copies of the SDK in one process have two classes. */
export function isRefusedWrite(error: unknown): boolean {
  return error instanceof Error && error.name === 'ConditionalCheckFailedException';
}
