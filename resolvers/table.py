"""What is wrong in a table that somebody sent, whatever it is about."""

import strawberry


@strawberry.type(description="What is wrong in a cell of a table. 表格错误")
class TableFault:
    """What is wrong in a cell of a table."""

    row: int = strawberry.field(description="The row as Excel counts them: the header is 1. 行号")
    column: str = strawberry.field(description="The name of the column. 列名")
    message: str = strawberry.field(description="What is wrong, for the user. 提示文字")
