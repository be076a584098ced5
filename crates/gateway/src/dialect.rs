//! The wire formats that clients speak, and where text stands in them.
//!
//! Every field is read: what is not named here is treated as text and inspected. The names below are the few
//! that are *not* text (models, roles, identifiers), and the types of content that Sluis can read at all.

/// Which endpoint of which provider's interface a request came in on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Dialect {
    /// OpenAI `POST /v1/chat/completions`, also under Azure's deployment path.
    Chat,
    /// OpenAI `POST /v1/responses`.
    Responses,
    /// OpenAI `POST /v1/embeddings`.
    Embeddings,
    /// Anthropic `POST /v1/messages`.
    Messages,
    /// Anthropic `POST /v1/messages/count_tokens`.
    CountTokens,
}

impl Dialect {
    /// The path behind a provider's base address.
    #[must_use]
    pub const fn path(self) -> &'static str {
        match self {
            Self::Chat => "/chat/completions",
            Self::Responses => "/responses",
            Self::Embeddings => "/embeddings",
            Self::Messages => "/messages",
            Self::CountTokens => "/messages/count_tokens",
        }
    }

    /// Whether this is Anthropic's interface.
    #[must_use]
    pub const fn is_anthropic(self) -> bool {
        matches!(self, Self::Messages | Self::CountTokens)
    }

    /// The top-level fields that carry the conversation's history or the input; one of them must be there.
    pub(crate) const fn input_fields(self) -> &'static [&'static str] {
        match self {
            Self::Chat | Self::Messages | Self::CountTokens => &["messages"],
            Self::Responses | Self::Embeddings => &["input"],
        }
    }

    /// Values of `type` that can be read: anything else is refused, because nobody knows what it carries.
    pub(crate) fn reads_type(self, name: &str) -> bool {
        let common = ["text", "function", "custom", "json_schema", "json_object", "grammar", "auto", "none"];
        let own: &[&str] = match self {
            Self::Chat => &["refusal", "content", "allowed_tools", "thinking", "approximate", "url_citation"],
            Self::Responses => &[
                "message",
                "input_text",
                "output_text",
                "refusal",
                "function_call",
                "function_call_output",
                "custom_tool_call",
                "custom_tool_call_output",
                "reasoning",
                "summary_text",
                "reasoning_text",
                "url_citation",
                "item_reference",
                "allowed_tools",
            ],
            Self::Embeddings => &[],
            Self::Messages | Self::CountTokens => &[
                "thinking",
                "redacted_thinking",
                "tool_use",
                "tool_result",
                "tool_reference",
                "search_result",
                "document",
                "content",
                "any",
                "tool",
                "ephemeral",
                "enabled",
                "disabled",
                "adaptive",
                "char_location",
                "content_block_location",
                "tool_uses",
                "input_tokens",
                "thinking_turns",
                "all",
            ],
        };
        // Anthropic's client-side tools and its ways to shorten a history carry a date in their type. The tools
        // run at the caller's.
        let dated = || {
            let starts = ["bash_", "text_editor_", "memory_", "clear_", "compact_"];
            self.is_anthropic() && starts.iter().any(|start| name.starts_with(start))
        };
        common.contains(&name) || own.contains(&name) || dated()
    }
}

/// Fields of which the value is a name from a list, an identifier or a setting.
pub(crate) fn is_structural(key: &str) -> bool {
    matches!(
        key,
        "model"
            | "role"
            | "type"
            | "id"
            | "object"
            | "tool_call_id"
            | "call_id"
            | "tool_use_id"
            | "item_id"
            | "previous_response_id"
            | "finish_reason"
            | "stop_reason"
            | "status"
            | "phase"
            | "encoding_format"
            | "service_tier"
            | "reasoning_effort"
            | "effort"
            | "summary_format"
            | "verbosity"
            | "truncation"
            | "tool_choice"
            | "prompt_cache_retention"
            | "ttl"
            | "display"
            | "syntax"
            | "speed"
            | "include"
            | "modalities"
            | "media_type"
    )
}

/// Words of JSON Schema that shape it; the rest of a schema is text.
pub(crate) fn is_schema_word(key: &str) -> bool {
    matches!(key, "type" | "format" | "$ref" | "$schema" | "$id" | "required" | "dependentRequired")
}

/// Fields that hold, or point to, something Sluis cannot read. Found where the provider gives them meaning;
/// inside arguments and schemas they are ordinary names.
pub(crate) fn is_unreadable(key: &str) -> bool {
    matches!(
        key,
        "image_url"
            | "input_audio"
            | "audio"
            | "file"
            | "file_id"
            | "file_data"
            | "file_url"
            | "files"
            | "mcp_servers"
            | "container"
            | "vector_store_ids"
            | "server_url"
            | "prompt"
            | "conversation_source"
    )
}

/// Fields that switch on a tool at the provider or a third party.
pub(crate) fn is_hosted(key: &str) -> bool {
    matches!(
        key,
        "web_search_options"
            | "web_search"
            | "enable_search"
            | "search_parameters"
            | "plugins"
            | "connectors"
    )
}

/// Numbers that steer the model. Any other number of seven digits or more is inspected.
pub(crate) fn is_setting(key: &str) -> bool {
    matches!(
        key,
        "temperature"
            | "top_p"
            | "top_k"
            | "n"
            | "seed"
            | "max_tokens"
            | "max_completion_tokens"
            | "max_output_tokens"
            | "max_tool_calls"
            | "budget_tokens"
            | "presence_penalty"
            | "frequency_penalty"
            | "top_logprobs"
            | "dimensions"
            | "created"
            | "created_at"
            | "minimum"
            | "maximum"
            | "start_char_index"
            | "end_char_index"
    )
}
