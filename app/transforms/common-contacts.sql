-- Common contacts of every provider: the primary address and number, else the first.
insert into :"application".contacts (
  application_id, customer_id, provider_name, id,
  first_name, last_name, email, phone, job_title, account_id,
  mapped_data, source, modified_at, emitted_at
)
select
  application_id, customer_id, provider_name, id,
  unified ->> 'first_name',
  unified ->> 'last_name',
  lower(coalesce(
    jsonb_path_query_first(unified, '$.email_addresses[*] ? (@.email_address_type == "primary")'),
    unified -> 'email_addresses' -> 0
  ) ->> 'email_address'),
  coalesce(
    jsonb_path_query_first(unified, '$.phone_numbers[*] ? (@.phone_number_type == "primary")'),
    unified -> 'phone_numbers' -> 0
  ) ->> 'phone_number',
  unified ->> 'job_title',
  unified ->> 'account_id',
  mapped, source, modified_at, emitted_at
from batch
where not is_deleted
on conflict (application_id, customer_id, provider_name, id) do update set
  first_name = excluded.first_name,
  last_name = excluded.last_name,
  email = excluded.email,
  phone = excluded.phone,
  job_title = excluded.job_title,
  account_id = excluded.account_id,
  mapped_data = excluded.mapped_data,
  source = excluded.source,
  modified_at = excluded.modified_at,
  emitted_at = excluded.emitted_at
