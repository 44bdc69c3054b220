-- Every entity: what the customer mapped, as it is.
insert into :"application".entities (
  application_id, customer_id, provider_name, source, id, data, modified_at, emitted_at
)
select application_id, customer_id, provider_name, source, id, mapped, modified_at, emitted_at
from batch
where not is_deleted
on conflict (application_id, customer_id, provider_name, source, id) do update set
  data = excluded.data,
  modified_at = excluded.modified_at,
  emitted_at = excluded.emitted_at
