import type { Transaction } from '../database.ts';
import { type SupaglueTable, supaglueTable, textsOf } from './sql.ts';

/** Whose rows: every statement on rows of customers binds all three. */
export interface Scope {
  readonly applicationId: string;
  readonly customerId: string;
  readonly providerName: string;
}

/**
 * The applications that hold rows of this customer. A `sync.complete` names none: one customer id in two
 * applications of Supaglue stays two customers, and the rows of both are read.
 */
export async function applicationsOf(
  tx: Transaction,
  source: SupaglueTable,
  { customerId, providerName }: Omit<Scope, 'applicationId'>,
): Promise<string[]> {
  const table = supaglueTable(source);
  // Jumps from application to application along the primary key: a DISTINCT would read every customer's rows.
  const { rows } = await tx.query(
    `with recursive application (id) as (
       select min(_supaglue_application_id) from ${table}
       union all
       select (select min(_supaglue_application_id) from ${table} where _supaglue_application_id > application.id)
       from application where application.id is not null
     )
     select id from application
     where id is not null and exists (
       select from ${table} where _supaglue_application_id = application.id
         and _supaglue_provider_name = $1 and _supaglue_customer_id = $2
     )`,
    [providerName, customerId],
  );
  return textsOf(rows, 'id');
}
