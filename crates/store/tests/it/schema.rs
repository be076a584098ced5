//! The tables of the two databases are the same.

use std::collections::BTreeSet;

use crate::harness::Place;

type Column = (String, String, String, bool);
type Rows = BTreeSet<(String, String, bool)>;

#[tokio::test]
async fn both_databases_have_the_same_tables() {
    let (lite, server) = (Place::sqlite(), Place::postgres().await);
    lite.open().await.close().await;
    server.open().await.close().await;
    let (mut lite, mut server) = (lite.sqlite_connection().await, server.postgres_connection().await);

    let columns: Vec<Column> = sqlx::query_as(
        "SELECT t.name, c.name, c.type, c.\"notnull\" = 1 FROM sqlite_master t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' ORDER BY 1, 2",
    )
    .fetch_all(&mut lite)
    .await
    .unwrap();
    let expected: Vec<Column> = sqlx::query_as(
        "SELECT table_name::text, column_name::text, upper(data_type), is_nullable = 'NO'
         FROM information_schema.columns WHERE table_schema = 'public' ORDER BY 1, 2",
    )
    .fetch_all(&mut server)
    .await
    .unwrap();
    let columns: BTreeSet<_> = columns
        .into_iter()
        .map(|(table, name, kind, full)| {
            (table, name, kind.replace("INTEGER", "BIGINT").replace("BLOB", "BYTEA"), full)
        })
        .collect();
    assert_eq!(columns, expected.into_iter().collect());
    assert!(columns.len() > 30);

    // Indexes as table, columns, unique. SQLite has no index for a single INTEGER PRIMARY KEY: the row number is it.
    let indexes: Vec<(String, String, bool)> = sqlx::query_as(
        "SELECT t.name, (SELECT group_concat(name, ',') FROM (SELECT name FROM pragma_index_info(i.name) ORDER BY seqno)),
                i.\"unique\" = 1
         FROM sqlite_master t JOIN pragma_index_list(t.name) i WHERE t.type = 'table'
         UNION SELECT t.name, c.name, 1 = 1 FROM sqlite_master t JOIN pragma_table_info(t.name) c
         WHERE t.type = 'table' AND c.pk = 1
             AND NOT EXISTS (SELECT 1 FROM pragma_table_info(t.name) other WHERE other.pk > 1)",
    )
    .fetch_all(&mut lite)
    .await
    .unwrap();
    let expected: Vec<(String, String, bool)> = sqlx::query_as(
        "SELECT i.indrelid::regclass::text, string_agg(a.attname::text, ',' ORDER BY k.place), i.indisunique
         FROM pg_index i CROSS JOIN unnest(i.indkey) WITH ORDINALITY k(number, place)
         JOIN pg_attribute a ON a.attrelid = i.indrelid AND a.attnum = k.number
         JOIN pg_class c ON c.oid = i.indrelid JOIN pg_namespace n ON n.oid = c.relnamespace AND n.nspname = 'public'
         GROUP BY i.indexrelid, i.indrelid, i.indisunique",
    )
    .fetch_all(&mut server)
    .await
    .unwrap();
    let (indexes, expected): (Rows, Rows) = (indexes.into_iter().collect(), expected.into_iter().collect());
    assert_eq!(indexes, expected);

    // As table, other table, what happens to the row when the other goes.
    let references: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT t.name, f.\"table\", f.on_delete FROM sqlite_master t JOIN pragma_foreign_key_list(t.name) f
         WHERE t.type = 'table'",
    )
    .fetch_all(&mut lite)
    .await
    .unwrap();
    let expected: Vec<(String, String, String)> = sqlx::query_as(
        "SELECT conrelid::regclass::text, confrelid::regclass::text,
                CASE confdeltype WHEN 'c' THEN 'CASCADE' WHEN 'a' THEN 'NO ACTION' ELSE confdeltype::text END
         FROM pg_constraint WHERE contype = 'f'",
    )
    .fetch_all(&mut server)
    .await
    .unwrap();
    let sorted = |rows: Vec<_>| rows.into_iter().collect::<BTreeSet<_>>();
    assert_eq!(sorted(references), sorted(expected));
}
