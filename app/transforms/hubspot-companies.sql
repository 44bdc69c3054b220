-- HubSpot's companies; its properties, at the top or under "properties" as HubSpot's API has them.
insert into :"application".accounts (
  application_id, customer_id, provider_name, id,
  name, domain, industry,
  mapped_data, source, modified_at, emitted_at
)
select
  application_id, customer_id, provider_name, id,
  coalesce(raw -> 'properties', raw) ->> 'name',
  lower(coalesce(raw -> 'properties', raw) ->> 'domain'),
  coalesce(raw -> 'properties', raw) ->> 'industry',
  mapped, source, modified_at, emitted_at
from batch
where not is_deleted
on conflict (application_id, customer_id, provider_name, id) do update set
  name = excluded.name,
  domain = excluded.domain,
  industry = excluded.industry,
  mapped_data = excluded.mapped_data,
  source = excluded.source,
  modified_at = excluded.modified_at,
  emitted_at = excluded.emitted_at
