{# A model's schema is the folder it stands in, which dbt's own configuration by folder does not see: each is a model path. #}
{% macro generate_schema_name(custom_schema_name, node) -%}
    {{ custom_schema_name or node.original_file_path.split('/')[0] }}
{%- endmacro %}
