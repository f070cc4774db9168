import Testing

/// The tests that run git: one after the other, since each blocks a thread of the pool that all tests share.
@Suite(.serialized) enum GitTests {}
