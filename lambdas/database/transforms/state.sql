-- What the database use cases keep beside the application's tables.

-- How far the rows of one source are transformed. A pass walks over what changed, in the order of
-- (modified_at, id); its columns are null while none is under way.
create table if not exists :"application".supaglue_watermarks (
  application_id text not null,
  customer_id text not null,
  provider_name text not null,
  source text not null,
  -- What was modified or written before these is in the application's tables.
  modified_at timestamp(3) not null default '-infinity',
  emitted_at timestamp(3) not null default '-infinity',
  -- What Supaglue wrote up to here belongs to a deleted connection and is not read again.
  floor_emitted_at timestamp(3) not null default '-infinity',
  -- The event that began the pass, what it reads from, what the watermark becomes at its end, how far it is.
  pass_by text,
  pass_everything boolean,
  since_modified_at timestamp(3),
  since_emitted_at timestamp(3),
  next_modified_at timestamp(3),
  next_emitted_at timestamp(3),
  cursor_modified_at timestamp(3),
  cursor_id text,
  -- The events whose pass over everything is done, and whose full sync has started: not done twice. With a space and
  -- a run's id: asked for after that run.
  everything_by text,
  full_sync_by text,
  primary key (application_id, customer_id, provider_name, source)
);

-- The guard against late events. A row with deleted_at is kept for good. One with the id created:EVENT stands for
-- a connection whose id is not known before its first sync.
create table if not exists :"application".supaglue_connections (
  customer_id text not null,
  provider_name text not null,
  connection_id text not null,
  first_seen_at timestamptz not null default clock_timestamp(),
  deleted_at timestamptz,
  primary key (customer_id, provider_name, connection_id)
);

-- Mapping events name an entity by its id alone, its table carries the name.
create table if not exists :"application".supaglue_entities (
  entity_id text primary key,
  source text not null
);

-- Schemas of connections that write elsewhere than the others, as connection.created told them.
create table if not exists :"application".supaglue_schemas (
  customer_id text not null,
  provider_name text not null,
  schema text not null,
  primary key (customer_id, provider_name)
);
