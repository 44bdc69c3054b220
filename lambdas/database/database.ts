/** What one statement gave. */
export interface Rows {
  readonly rows: readonly Readonly<Record<string, unknown>>[];
  /** Rows returned, inserted, updated or deleted. */
  readonly rowCount: number;
}

/** Statements of one transaction, one after the other. */
export interface Transaction {
  /**
   * @param text - `:"application"` in it stands for the application's schema, as with psql's `-v application=...`
   * @throws {DatabaseError}
   */
  query(text: string, values?: readonly unknown[]): Promise<Rows>;
}

/** How long a transaction may take. A handler's context fits. */
export interface Bounds {
  readonly signal: AbortSignal;
  /** When `signal` aborts. */
  readonly deadline: Date;
}

/** The application's PostgreSQL database, into which Supaglue writes too. */
export interface Database {
  /** Where Supaglue writes. A plain identifier: it may be put into SQL as it is. */
  readonly supaglueSchema: string;
  /** Where the application's tables are. A plain identifier. */
  readonly applicationSchema: string;
  /**
   * Commits when `work` resolves, rolls back when it rejects. Transactions of one execution environment run one
   * after the other, so `work` must not start another one: it would wait for itself.
   *
   * When `signal` aborts, the connection is destroyed and the server rolls back. In the middle of a commit nobody
   * knows what became of it: what is written must be safe to write again.
   *
   * @throws {DatabaseError} for what the database refused, and when the time is up; what `work` throws of its own
   *   comes out as it is
   */
  transaction<R>(work: (tx: Transaction) => Promise<R>, bounds: Bounds): Promise<R>;
}
