-- Common accounts of every provider; where there is no domain it is taken from the web site.
insert into :"application".accounts (
  application_id, customer_id, provider_name, id,
  name, domain, industry,
  mapped_data, source, modified_at, emitted_at
)
select
  application_id, customer_id, provider_name, id,
  unified ->> 'name',
  lower(coalesce(
    unified ->> 'domain',
    substring(unified ->> 'website' from '^(?:[A-Za-z]+://)?(?:www[.])?([^/:?#]+)')
  )),
  unified ->> 'industry',
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
