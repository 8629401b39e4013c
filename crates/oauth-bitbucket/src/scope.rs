//! The scopes of a Bitbucket Cloud OAuth consumer.
//!
//! They are ticked on the consumer and cannot be widened by a request. A `:write` scope includes its reading scope, except
//! `repository:admin`, which implies neither reading nor writing. See
//! <https://developer.atlassian.com/cloud/bitbucket/bitbucket-cloud-rest-api-scopes/>.

macro_rules! scopes {
    ($($constant:ident = $scope:literal, $allows:literal;)*) => {
        $(#[doc = $allows] pub const $constant: &str = $scope;)*

        /// All of them, with what they allow.
        pub const ALL: &[(&str, &str)] = &[$(($scope, $allows)),*];
    };
}

scopes! {
    ACCOUNT = "account", "Read the account of the person";
    ACCOUNT_WRITE = "account:write", "Change the account";
    EMAIL = "email", "Read e-mail addresses";
    TEAM = "team", "Read workspace membership";
    TEAM_WRITE = "team:write", "Change workspace membership";
    PROJECT = "project", "Read projects and their repositories";
    PROJECT_ADMIN = "project:admin", "Administer projects";
    REPOSITORY = "repository", "Read repositories";
    REPOSITORY_WRITE = "repository:write", "Write to repositories";
    REPOSITORY_ADMIN = "repository:admin", "Administer repositories; implies neither reading nor writing";
    REPOSITORY_DELETE = "repository:delete", "Delete repositories";
    PULLREQUEST = "pullrequest", "Read pull requests and their repositories";
    PULLREQUEST_WRITE = "pullrequest:write", "Create and merge pull requests";
    ISSUE = "issue", "Read issues";
    ISSUE_WRITE = "issue:write", "Write issues";
    WIKI = "wiki", "Read and write wikis";
    SNIPPET = "snippet", "Read snippets";
    SNIPPET_WRITE = "snippet:write", "Write snippets";
    WEBHOOK = "webhook", "Manage webhooks";
    PIPELINE = "pipeline", "Read pipelines";
    PIPELINE_WRITE = "pipeline:write", "Run and stop pipelines";
    PIPELINE_VARIABLE = "pipeline:variable", "Manage pipeline variables";
    RUNNER = "runner", "Read pipeline runners";
    RUNNER_WRITE = "runner:write", "Manage pipeline runners";
}
