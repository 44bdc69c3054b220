/**
 * The columns of one of Supaglue's tables, as SQL on its alias `record`. All tables have `_supaglue_application_id`,
 * `_supaglue_provider_name`, `_supaglue_customer_id` and `_supaglue_emitted_at`.
 */
export interface Layout {
  readonly id: string;
  readonly modifiedAt: string;
  readonly isDeleted: string;
  readonly raw: string;
  readonly mapped: string;
  /** The columns of a common object as JSON; null for others. */
  readonly unified: string;
  /** What tells this layout from others. */
  readonly columns: readonly string[];
}

/** Of every table. */
export const SCOPE_COLUMNS = [
  '_supaglue_application_id',
  '_supaglue_provider_name',
  '_supaglue_customer_id',
  '_supaglue_emitted_at',
] as const;

/** Standard objects, entities, and custom objects: their tables, and the views beside `custom_objects`. */
export const RECORDS: Layout = {
  id: '_supaglue_id',
  modifiedAt: '_supaglue_last_modified_at',
  isDeleted: '_supaglue_is_deleted',
  raw: '_supaglue_raw_data',
  mapped: '_supaglue_mapped_data',
  unified: 'null::jsonb',
  columns: [
    ...SCOPE_COLUMNS,
    '_supaglue_id',
    '_supaglue_last_modified_at',
    '_supaglue_is_deleted',
    '_supaglue_raw_data',
    '_supaglue_mapped_data',
  ],
};

/** Common objects: `crm_contacts` and its relatives, with columns for their fields. */
export const COMMON: Layout = {
  id: 'id',
  modifiedAt: 'last_modified_at',
  isDeleted: 'is_deleted',
  raw: 'raw_data',
  mapped: `'{}'::jsonb`,
  unified: `to_jsonb(record) - array['raw_data', '_supaglue_unified_data']`,
  columns: [...SCOPE_COLUMNS, 'id', 'last_modified_at', 'is_deleted', 'raw_data'],
};
