# What the shop keeps.
resource "google_bigquery_table" "orders" {
  dataset_id = google_bigquery_dataset.shop.dataset_id
  table_id   = "orders_v1"

  schema = jsonencode([
    { name = "id", type = "INT64", mode = "REQUIRED" },
    {
      name = "buyer" // a RECORD
      type = "RECORD"
      fields = [
        { name: "name", type: "STRING", policyTags = { names = [google_data_catalog_policy_tag.who.name] } },
      ]
    },
  ])
}

resource "google_bigquery_table" "refunds" {
  schema = jsonencode(concat(local.common, [{ name = "why", type = "STRING" }]))
}
