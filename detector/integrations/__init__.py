"""Thin adapters to crawlers and data tools. Each imports its tool, this package none of them."""
