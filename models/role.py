"""The roles that people hold, in areas and in the city's units."""

from models.words import Word


class Role(Word):
    """What a person may be in an area; everybody is a resident."""

    RESIDENT = "RESIDENT", "Somebody who lives here.", "居民"
    VOLUNTEER = "VOLUNTEER", "A volunteer of a micro-grid.", "志愿者"
    COURIER = "COURIER", "A courier or delivery rider.", "骑手"
    MERCHANT = "MERCHANT", "A merchant who takes points.", "商户"
    LIAISON = "LIAISON", "The liaison of a micro-grid.", "微网格联络员"
    GRID_WORKER = "GRID_WORKER", "The full-time worker of a grid.", "专职网格员"
    GRID_LEAD = "GRID_LEAD", "The lead of a grid.", "网格长"
    SPECIALIST = "SPECIALIST", "A specialist of a city service who helps in a grid.", "条线力量"
    VILLAGE_CADRE = "VILLAGE_CADRE", "A cadre of a village or community.", "村（社区）干部"
    TOWN_OFFICER = "TOWN_OFFICER", "An officer of a town or subdistrict.", "镇街工作人员"
    DEPARTMENT_OFFICER = "DEPARTMENT_OFFICER", "An officer of a city department.", "部门工作人员"
    DISPATCHER = "DISPATCHER", "A dispatcher of the city centre.", "调度员"
    AUDITOR = "AUDITOR", "An auditor, who may read what others did.", "审计员"
    ADMIN = "ADMIN", "An administrator of the system.", "管理员"
