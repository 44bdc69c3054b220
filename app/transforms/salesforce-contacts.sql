-- Salesforce's standard fields.
insert into :"application".contacts (
  application_id, customer_id, provider_name, id,
  first_name, last_name, email, phone, job_title, account_id,
  mapped_data, source, modified_at, emitted_at
)
select
  application_id, customer_id, provider_name, id,
  raw ->> 'FirstName',
  raw ->> 'LastName',
  lower(raw ->> 'Email'),
  raw ->> 'Phone',
  raw ->> 'Title',
  raw ->> 'AccountId',
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
