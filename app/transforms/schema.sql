-- The application's tables: yours to edit. The consumer applies this file, and the framework's own tables, at its
-- first event when a table is missing. To give its role no right to create anything, run it beforehand:
--   psql -v application=app -f schema.sql
-- and grant that role SELECT, INSERT, UPDATE, DELETE on these tables and SELECT on Supaglue's. Each table that a
-- mapping writes to has the columns application_id, customer_id, provider_name, id, source, modified_at, emitted_at.

create table if not exists :"application".contacts (
  application_id text not null,
  customer_id text not null,
  provider_name text not null,
  id text not null,
  first_name text,
  last_name text,
  email text,
  phone text,
  job_title text,
  account_id text,
  -- What the customer mapped to your schema in Supaglue: empty since its version 0.23.
  mapped_data jsonb,
  -- The next three come from Supaglue and are needed by the clean-up: its table, and its two times.
  source text not null,
  modified_at timestamp(3) not null,
  emitted_at timestamp(3) not null,
  primary key (application_id, customer_id, provider_name, id)
);

create table if not exists :"application".accounts (
  application_id text not null,
  customer_id text not null,
  provider_name text not null,
  id text not null,
  name text,
  domain text,
  industry text,
  mapped_data jsonb,
  source text not null,
  modified_at timestamp(3) not null,
  emitted_at timestamp(3) not null,
  primary key (application_id, customer_id, provider_name, id)
);

-- Rows of every entity; source is Supaglue's table, entity_NAME, with its schema in front where that is not the configured one.
create table if not exists :"application".entities (
  application_id text not null,
  customer_id text not null,
  provider_name text not null,
  source text not null,
  id text not null,
  data jsonb,
  modified_at timestamp(3) not null,
  emitted_at timestamp(3) not null,
  primary key (application_id, customer_id, provider_name, source, id)
);
