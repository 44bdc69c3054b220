-- Every entity: what the customer mapped where Supaglue or its API tells it, else the provider's record as it is.
insert into :"application".entities (
  application_id, customer_id, provider_name, source, id, data, modified_at, emitted_at
)
select application_id, customer_id, provider_name, source, id, coalesce(nullif(mapped, '{}'), raw), modified_at, emitted_at
from batch
where not is_deleted
on conflict (application_id, customer_id, provider_name, source, id) do update set
  data = excluded.data,
  modified_at = excluded.modified_at,
  emitted_at = excluded.emitted_at
